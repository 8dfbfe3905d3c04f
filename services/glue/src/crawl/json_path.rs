//! The JSON paths a custom classifier takes: where in a document the records are.
//!
//! `$[*]`: the items of the array the document is; `$.a.b[*]`: those of an array inside it;
//! `$` and `$.a`: the one record there. No filters, slices or wildcards elsewhere.

use std::fmt;

/// Where records are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct JsonPath {
    text: String,
    names: Vec<String>,
}

/// Deeper paths are refused.
const NAMES_MAX: usize = 16;

impl JsonPath {
    /// Reads a path.
    pub fn parse(text: &str) -> Option<JsonPath> {
        let mut rest = text.trim().strip_prefix('$')?;
        rest = rest.strip_suffix("[*]").unwrap_or(rest);
        let mut names = Vec::new();
        while !rest.is_empty() {
            let (name, after) = step(rest)?;
            names.push(name.to_owned());
            rest = after;
        }
        (names.len() <= NAMES_MAX).then(|| JsonPath { text: text.trim().to_owned(), names })
    }

    /// The text from the records on: `[` or `{` comes first. Works on documents cut off at the end.
    pub fn find<'a>(&self, document: &'a [u8]) -> Option<&'a [u8]> {
        let mut at = Cursor { text: document, at: 0 };
        at.skip_blanks();
        for name in &self.names {
            at.enter(name)?;
        }
        let found = &document[at.at..];
        matches!(found.first(), Some(b'[' | b'{')).then_some(found)
    }
}

/// `.name` or `['name']`, and what follows.
fn step(text: &str) -> Option<(&str, &str)> {
    if let Some(quoted) = text.strip_prefix("['") {
        return quoted.split_once("']");
    }
    let rest = text.strip_prefix('.')?;
    let end = rest.find(['.', '[']).unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    let plain = !name.is_empty() && !name.contains(['*', '?', '@', ' ']);
    plain.then_some((name, after))
}

impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A place in a document.
struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while self
            .peek()
            .is_some_and(|b| b.is_ascii_whitespace() || b == 0xef || b == 0xbb || b == 0xbf)
        {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.skip_blanks();
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Goes to the value of a member of the object here.
    fn enter(&mut self, name: &str) -> Option<()> {
        self.expect(b'{')?;
        loop {
            self.skip_blanks();
            let key = self.string()?;
            self.expect(b':')?;
            self.skip_blanks();
            // Escapes in names are not resolved: a name that needs them is not found.
            if key == name.as_bytes() {
                return Some(());
            }
            self.skip_value()?;
            self.expect(b',')?;
        }
    }

    /// A string's text between its quotes.
    fn string(&mut self) -> Option<&'a [u8]> {
        if self.peek()? != b'"' {
            return None;
        }
        let start = self.at + 1;
        self.at = start;
        while self.peek()? != b'"' {
            self.at += if self.peek()? == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        self.text.get(start..self.at - 1)
    }

    fn skip_value(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.string()?;
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' if depth == 0 => return Some(()),
                b'}' | b']' => {
                    depth -= 1;
                    self.at += 1;
                }
                b',' if depth == 0 => return Some(()),
                _ => self.at += 1,
            }
            if depth == 0 && matches!(self.peek(), Some(b',' | b'}' | b']')) {
                return Some(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find<'a>(path: &str, document: &'a str) -> Option<&'a str> {
        let found = JsonPath::parse(path).expect("a path").find(document.as_bytes())?;
        std::str::from_utf8(found).ok()
    }

    #[test]
    fn records_are_found_where_the_path_says() {
        let document = r#" {"meta": {"n": [1, "}"], "x": "a\"b"}, "rows": [{"a": 1}, {"a"#;
        assert_eq!(find("$.rows[*]", document), Some(r#"[{"a": 1}, {"a"#));
        assert_eq!(find("$['rows'][*]", document), Some(r#"[{"a": 1}, {"a"#));
        assert!(find("$.meta.n[*]", document).is_some_and(|text| text.starts_with("[1")));
        assert_eq!(find("$.meta.x", document), None);
        assert_eq!(find("$.none[*]", document), None);
        assert_eq!(find("$[*]", "[1]"), Some("[1]"));
        assert_eq!(find("$.a[*]", r#"{"a"#), None);
    }

    #[test]
    fn other_paths_are_refused() {
        for bad in ["rows", "$..a", "$.a[0].b", "$.*", "$.a[?(@.b)]", "$.a[*].b"] {
            assert_eq!(JsonPath::parse(bad), None, "{bad}");
        }
    }
}
