//! Lists in pages: `Marker`, `MaxItems` and `IsTruncated`, the same for every list of the room.

use platform::{Page, Result, StoreError, decode_token};

use crate::error;

/// AWS's page, unless the caller says otherwise.
const ITEMS_DEFAULT: usize = 100;

/// The page a caller asks for.
pub(crate) struct Paging {
    list: String,
    after: String,
    limit: usize,
}

/// A page of a list.
pub(crate) struct Paged<T> {
    pub items: Vec<T>,
    pub is_truncated: Option<bool>,
    pub marker: Option<String>,
}

impl<T> Paged<T> {
    /// The same page of something else.
    pub fn map<U>(self, show: impl FnMut(T) -> U) -> Paged<U> {
        let items = self.items.into_iter().map(show).collect();
        Paged { items, is_truncated: self.is_truncated, marker: self.marker }
    }
}

impl Paging {
    /// The page after a marker of this very list.
    pub fn new(
        list: impl Into<String>,
        marker: Option<&str>,
        max_items: Option<i32>,
    ) -> Result<Self> {
        let list = list.into();
        let after = match marker {
            Some(marker) => decode_token(&list, marker)
                .ok_or_else(|| error::invalid(format!("Invalid Marker: {marker}")))?,
            None => String::new(),
        };
        let limit = max_items.and_then(|max| usize::try_from(max).ok()).unwrap_or(ITEMS_DEFAULT);
        Ok(Self { list, after, limit })
    }

    /// The name after which the page starts; empty at the beginning.
    pub fn after(&self) -> &str {
        &self.after
    }

    /// Takes the page off the list, which is in the order of `key`. Items up to the marker are
    /// passed over; a caller that can starts after it.
    pub fn take<T>(
        self,
        items: impl Iterator<Item = Result<T, StoreError>>,
        key: impl Fn(&T) -> String,
    ) -> Result<Paged<T>> {
        let items = items.skip_while(|item| {
            item.as_ref().is_ok_and(|item| !self.after.is_empty() && key(item) <= self.after)
        });
        let page = Page::take(&self.list, items, self.limit, &key)?;
        Ok(Paged {
            is_truncated: Some(page.next_token.is_some()),
            items: page.items,
            marker: page.next_token,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_and_foreign_markers_are_refused() {
        let page = |marker: Option<&str>| {
            let items = ["a", "b", "c"].map(|item| Ok(item.to_owned())).into_iter();
            Paging::new("l", marker, Some(2)).unwrap().take(items, Clone::clone).unwrap()
        };
        let first = page(None);
        assert_eq!((first.items.len(), first.is_truncated), (2, Some(true)));
        let last = page(first.marker.as_deref());
        assert_eq!((last.items, last.is_truncated), (vec!["c".to_owned()], Some(false)));
        assert!(last.marker.is_none());
        assert!(Paging::new("other", first.marker.as_deref(), None).is_err());
    }
}
