//! Exclusion patterns of crawlers, in the syntax AWS documents for them.
//!
//! `*` and `?` stay within a folder's name, `**` crosses folders, `[a-c]` and `[!a]` are sets,
//! `{x,y}` alternatives that do not nest, `\` takes the next character's meaning away. A pattern is
//! held against an object's path below the target, all of it.

use regex::{Regex, RegexBuilder};

/// The most memory a compiled pattern may take.
const PATTERN_BYTES_MAX: usize = 1 << 20;

/// An exclusion pattern.
#[derive(Debug, Clone)]
pub(crate) struct Glob(Regex);

impl Glob {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(text: &str) -> Result<Glob, String> {
        let pattern = Translation::new(text).run()?;
        RegexBuilder::new(&pattern)
            .size_limit(PATTERN_BYTES_MAX)
            .build()
            .map(Glob)
            .map_err(|_| format!("'{text}' is too large or holds an invalid set"))
    }

    /// Whether the pattern covers a path, written with `/` and relative to the target.
    pub fn matches(&self, path: &str) -> bool {
        self.0.is_match(path)
    }
}

struct Translation<'a> {
    text: &'a str,
    chars: std::iter::Peekable<std::str::Chars<'a>>,
    regex: String,
    in_group: bool,
}

impl<'a> Translation<'a> {
    fn new(text: &'a str) -> Self {
        let chars = text.chars().peekable();
        Translation { text, chars, regex: "(?s)^".to_owned(), in_group: false }
    }

    fn run(mut self) -> Result<String, String> {
        while let Some(c) = self.chars.next() {
            match c {
                '*' if self.chars.next_if_eq(&'*').is_some() => self.regex.push_str(".*"),
                '*' => self.regex.push_str("[^/]*"),
                '?' => self.regex.push_str("[^/]"),
                '[' => self.set()?,
                '{' if self.in_group => return Err(self.wrong("groups do not nest")),
                '{' => {
                    self.in_group = true;
                    self.regex.push_str("(?:");
                }
                '}' if self.in_group => {
                    self.in_group = false;
                    self.regex.push(')');
                }
                ',' if self.in_group => self.regex.push('|'),
                '\\' => match self.chars.next() {
                    Some(c) => self.literal(c),
                    None => return Err(self.wrong("nothing follows the last \\")),
                },
                c => self.literal(c),
            }
        }
        if self.in_group {
            return Err(self.wrong("a { is not closed"));
        }
        self.regex.push('$');
        Ok(self.regex)
    }

    /// A set of characters, of which `/` is never one.
    fn set(&mut self) -> Result<(), String> {
        self.regex.push_str("[[");
        if self.chars.next_if_eq(&'!').is_some() {
            self.regex.push('^');
        }
        let mut empty = true;
        loop {
            match self.chars.next() {
                None => return Err(self.wrong("a [ is not closed")),
                Some(']') if !empty => break,
                // First, or last before the end, a hyphen stands for itself.
                Some('-') if !empty && self.chars.peek().is_some_and(|c| *c != ']') => {
                    self.regex.push('-');
                }
                Some(c) => self.literal(c),
            }
            empty = false;
        }
        self.regex.push_str("]&&[^/]]");
        Ok(())
    }

    fn literal(&mut self, c: char) {
        if c.is_ascii_punctuation() {
            self.regex.push('\\');
        }
        self.regex.push(c);
    }

    fn wrong(&self, why: &str) -> String {
        format!("'{}': {why}", self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_aws_documents() {
        for (pattern, path, want) in [
            ("*.csv", "a.csv", true),
            ("*.csv", "x/a.csv", false),
            ("**.csv", "x/a.csv", true),
            ("*.*", "a.b", true),
            ("*.*", "ab", false),
            ("*.{csv,avro}", "a.avro", true),
            ("*.{csv,avro}", "a.json", false),
            ("foo.?", "foo.x", true),
            ("foo.?", "foo.xy", false),
            ("myfolder/*", "myfolder/a", true),
            ("myfolder/*", "myfolder/mysub/a", false),
            ("myfolder/*/*", "myfolder/mysub/a", true),
            ("myfolder/**", "myfolder/mysub/a", true),
            ("myfolder**", "myfolder", true),
            ("Market*", "Market1.json", true),
            ("Market1{/,/**}", "Market1/x.csv", true),
            ("departments/[!a-c]*", "departments/d1", true),
            ("departments/[!a-c]*", "departments/b1", false),
            ("[a-c]x", "bx", true),
            ("[-a]x", "-x", true),
            ("[a*?\\]x", "\\x", true),
            ("a[!x]b", "a/b", false),
            ("\\*", "*", true),
            ("\\*", "a", false),
            (".hidden", ".hidden", true),
            ("a+(b)", "a+(b)", true),
        ] {
            assert_eq!(Glob::new(pattern).unwrap().matches(path), want, "{pattern} on {path}");
        }
        for bad in ["{a,{b}}", "{a", "[a", "a\\"] {
            assert!(Glob::new(bad).is_err(), "{bad}");
        }
    }
}
