//! Patterns of `*` (any run of characters) and `?` (any one), matched without backtracking.
//!
//! A pattern is cut at its stars. The first piece must start the text, the last must end it, and
//! each piece between is found at its leftmost place: that choice never spoils a later one, so no
//! place is tried twice. Pieces without `?` are found by the standard library's linear search;
//! a piece with `?` costs at most its length times that of the text.

/// A compiled pattern. Case matters; fold both sides first where it should not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wildcard {
    /// What lies between the stars: always at least one piece, one more than there are stars.
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Piece {
    /// Literal text; a `?` holds a place but matches any character if `any` says so.
    text: String,
    /// Character positions in `text` that match anything, ascending.
    any: Vec<usize>,
}

impl Wildcard {
    /// Compiles a pattern in which every `*` and `?` is special.
    pub fn new(pattern: &str) -> Wildcard {
        let mut builder = Builder::default();
        builder.push_pattern(pattern);
        builder.build()
    }

    /// Whether the whole text matches.
    pub fn matches(&self, text: &str) -> bool {
        let (first, rest) = match self.pieces.as_slice() {
            [] => return false,
            [only] => return only.match_start(text) == Some(text.len()),
            [first, rest @ ..] => (first, rest),
        };
        let Some(mut at) = first.match_start(text) else { return false };
        let Some((last, middle)) = rest.split_last() else { return false };
        for piece in middle {
            match text.get(at..).and_then(|tail| piece.find_end(tail)) {
                Some(end) => at += end,
                None => return false,
            }
        }
        text.get(at..).is_some_and(|tail| last.ends(tail))
    }
}

impl Piece {
    /// If the text starts with this piece: where the piece ends.
    fn match_start(&self, text: &str) -> Option<usize> {
        if self.any.is_empty() {
            return text.starts_with(&self.text).then_some(self.text.len());
        }
        let mut found = text.char_indices();
        let mut any = self.any.iter().peekable();
        for (position, wanted) in self.text.chars().enumerate() {
            let (_, char) = found.next()?;
            let free = any.next_if(|at| **at == position).is_some();
            if !free && char != wanted {
                return None;
            }
        }
        Some(found.next().map_or(text.len(), |(at, _)| at))
    }

    /// The end of the leftmost occurrence.
    fn find_end(&self, text: &str) -> Option<usize> {
        if self.any.is_empty() {
            return text.find(&self.text).map(|at| at + self.text.len());
        }
        text.char_indices().find_map(|(at, _)| Some(at + self.match_start(text.get(at..)?)?))
    }

    /// Whether the text ends with this piece.
    fn ends(&self, text: &str) -> bool {
        if self.any.is_empty() {
            return text.ends_with(&self.text);
        }
        let len = self.text.chars().count();
        let Some(start) = len.checked_sub(1).and_then(|skip| text.char_indices().rev().nth(skip))
        else {
            return len == 0;
        };
        text.get(start.0..).and_then(|tail| self.match_start(tail)).is_some()
    }
}

/// Builds a pattern from parts of which some are special and some literal.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    pieces: Vec<Piece>,
    current: Piece,
    current_chars: usize,
}

impl Builder {
    /// Appends text in which `*` and `?` are special.
    pub(crate) fn push_pattern(&mut self, pattern: &str) {
        for char in pattern.chars() {
            match char {
                '*' => {
                    self.pieces.push(std::mem::take(&mut self.current));
                    self.current_chars = 0;
                }
                '?' => {
                    self.current.any.push(self.current_chars);
                    self.push_char('?');
                }
                other => self.push_char(other),
            }
        }
    }

    /// Appends text in which nothing is special.
    pub(crate) fn push_literal(&mut self, text: &str) {
        text.chars().for_each(|char| self.push_char(char));
    }

    pub(crate) fn build(mut self) -> Wildcard {
        self.pieces.push(self.current);
        Wildcard { pieces: self.pieces }
    }

    fn push_char(&mut self, char: char) {
        self.current.text.push(char);
        self.current_chars += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition, by recursion.
    fn naive(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], []) => true,
            (['*', rest @ ..], _) => {
                naive(rest, text) || matches!(text, [_, tail @ ..] if naive(pattern, tail))
            }
            (['?', rest @ ..], [_, tail @ ..]) => naive(rest, tail),
            ([wanted, rest @ ..], [char, tail @ ..]) => wanted == char && naive(rest, tail),
            _ => false,
        }
    }

    #[test]
    fn examples() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("a*", "a", true),
            ("a*a", "a", false),
            ("*.csv", "x/y.csv", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("?", "\u{e9}", true),
            ("*?", "", false),
            ("*b?d*", "abcbxd", true),
            ("**", "x", true),
        ] {
            assert_eq!(Wildcard::new(pattern).matches(text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn literals_are_not_special() {
        let mut builder = Builder::default();
        builder.push_pattern("home/");
        builder.push_literal("a*?");
        builder.push_pattern("/*");
        let pattern = builder.build();
        assert!(pattern.matches("home/a*?/x"));
        assert!(!pattern.matches("home/abc/x"));
    }

    #[test]
    fn hostile_patterns_are_quick() {
        let pattern = "*a".repeat(5_000) + "b";
        assert!(!Wildcard::new(&pattern).matches(&"a".repeat(20_000)));
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(pattern in "[ab\u{e9}*?]{0,8}", text in "[ab\u{e9}]{0,10}") {
            let chars = |s: &str| s.chars().collect::<Vec<_>>();
            prop_assert_eq!(
                Wildcard::new(&pattern).matches(&text),
                naive(&chars(&pattern), &chars(&text))
            );
        }
    }
}
