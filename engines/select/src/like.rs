//! `LIKE`: `_` is any character, `%` any number of them.

use crate::code::{Code, Result};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    One(char),
    Any,
    Many,
}

/// Whether a text is like a pattern.
pub(crate) fn is_like(text: &str, pattern: &str, escape: Option<&str>) -> Result<bool> {
    let pieces = pieces(pattern, escape)?;
    let text: Vec<char> = text.chars().collect();
    Ok(matches(&text, &pieces))
}

fn pieces(pattern: &str, escape: Option<&str>) -> Result<Vec<Piece>> {
    let invalid = Code::EvaluatorLikePatternInvalidEscapeSequence;
    let escape = match escape {
        None => None,
        Some(text) => {
            let mut characters = text.chars();
            match (characters.next(), characters.next()) {
                (Some(only), None) => Some(only),
                _ => return Err(invalid.into()),
            }
        }
    };
    let mut pieces = Vec::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        pieces.push(match character {
            character if Some(character) == escape => match characters.next() {
                Some(next) if matches!(next, '_' | '%') || Some(next) == escape => Piece::One(next),
                _ => return Err(invalid.into()),
            },
            '_' => Piece::Any,
            '%' if pieces.last() == Some(&Piece::Many) => continue,
            '%' => Piece::Many,
            character => Piece::One(character),
        });
    }
    Ok(pieces)
}

/// Goes back to the last `%` only: an earlier one can take nothing that it could not.
fn matches(text: &[char], pieces: &[Piece]) -> bool {
    let (mut at, mut piece) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while at < text.len() {
        match pieces.get(piece) {
            Some(Piece::Many) => {
                retry = Some((piece, at));
                piece += 1;
            }
            Some(Piece::Any) => {
                at += 1;
                piece += 1;
            }
            Some(Piece::One(character)) if *character == text[at] => {
                at += 1;
                piece += 1;
            }
            _ => {
                let Some((many, from)) = retry else { return false };
                retry = Some((many, from + 1));
                piece = many + 1;
                at = from + 1;
            }
        }
    }
    pieces[piece..].iter().all(|piece| *piece == Piece::Many)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn like(text: &str, pattern: &str) -> bool {
        is_like(text, pattern, Some("\\")).unwrap()
    }

    #[test]
    fn patterns() {
        assert!(
            like("Gilbert", "%Gil%") && like("", "%") && like("ab", "_b") && like("a%b", "a\\%b")
        );
        assert!(
            !like("axb", "a\\%b") && !like("ab", "_") && !like("abc", "a%d") && !like("é", "__")
        );
        assert!(is_like("a", "a\\", Some("\\")).is_err() && is_like("a", "a", Some("ab")).is_err());
        assert!(is_like("a", "\\x", Some("\\")).is_err());
    }

    /// The rule as it is told.
    fn naive(text: &[char], pieces: &[Piece]) -> bool {
        match pieces.split_first() {
            None => text.is_empty(),
            Some((Piece::Many, rest)) => (0..=text.len()).any(|skip| naive(&text[skip..], rest)),
            Some((Piece::Any, rest)) => !text.is_empty() && naive(&text[1..], rest),
            Some((Piece::One(one), rest)) => text.first() == Some(one) && naive(&text[1..], rest),
        }
    }

    proptest! {
        #[test]
        fn matching_is_what_the_rule_says(text in "[ab]{0,8}", pattern in "[ab_%]{0,6}") {
            let pieces = pieces(&pattern, None).unwrap();
            let text: Vec<char> = text.chars().collect();
            prop_assert_eq!(matches(&text, &pieces), naive(&text, &pieces));
        }
    }
}
