//! What was made from the last text, kept while the text stays the same: patterns are almost
//! always constants, and a column of them is rarely mixed.

use datafusion::common::Result;

pub(crate) struct Memo<T> {
    last: Option<(String, T)>,
}

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self { last: None }
    }
}

impl<T> Memo<T> {
    pub(crate) fn get(&mut self, text: &str, make: impl FnOnce(&str) -> Result<T>) -> Result<&T> {
        if self.last.as_ref().is_none_or(|(key, _)| key != text) {
            self.last = Some((text.to_owned(), make(text)?));
        }
        let (_, value) = self.last.as_ref().expect("filled above");
        Ok(value)
    }
}
