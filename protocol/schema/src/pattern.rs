//! The model's regular expressions, compiled once and shared by the process.

use std::collections::HashMap;
use std::sync::{LazyLock, RwLock};

use regex::{Regex, RegexBuilder};

/// A pattern that compiles to more than this is not checked.
const COMPILED_BYTES_MAX: usize = 4 << 20;

/// By the address of the pattern, which is `static`: cheaper to look up than its text.
static COMPILED: LazyLock<RwLock<HashMap<usize, Option<Regex>>>> = LazyLock::new(RwLock::default);

/// Whether all of `value` matches. A pattern that is not understood matches everything.
pub(crate) fn matches(pattern: &'static str, value: &str) -> bool {
    let address = pattern.as_ptr() as usize;
    if let Ok(known) = COMPILED.read()
        && let Some(compiled) = known.get(&address)
    {
        return compiled.as_ref().is_none_or(|regex| regex.is_match(value));
    }
    let compiled = compile(pattern);
    let matched = compiled.as_ref().is_none_or(|regex| regex.is_match(value));
    if let Ok(mut known) = COMPILED.write() {
        known.insert(address, compiled);
    }
    matched
}

/// The model writes Java's dialect. What it says of surrogates has no meaning for Unicode text and
/// is dropped; a pattern that is still not understood is not checked, as AWS's own SDKs do.
fn compile(pattern: &str) -> Option<Regex> {
    let mut text = pattern
        .replace("\\uD800\\uDC00-\\uDBFF\\uDFFF", "\\u{10000}-\\u{10FFFF}")
        .replace("\\ud800\\udc00-\\udbff\\udfff", "\\u{10000}-\\u{10FFFF}")
        .replace("\\p{IsAlphabetic}", "\\p{Alphabetic}")
        .replace("\\/", "/");
    while let Some(at) = text.find("\\u") {
        let Some(hex) =
            text.get(at + 2..at + 6).filter(|h| h.chars().all(|c| c.is_ascii_hexdigit()))
        else {
            // Already in braces: protect it from being found again.
            text.replace_range(at..at + 2, "\\x");
            continue;
        };
        let hex = hex.to_owned();
        text.replace_range(at..at + 6, &format!("\\x{{{hex}}}"));
    }
    RegexBuilder::new(&format!("^(?:{text})$")).size_limit(COMPILED_BYTES_MAX).build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn javas_dialect_is_read() {
        for (pattern, yes, no) in [
            ("[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\t]*", "a\u{1F600}", "\n"),
            ("[a-z]+", "abc", "abc\n"),
            ("[a-z]+|b", "b", "1"),
            ("arn:aws\\/x", "arn:aws/x", "arn"),
            ("[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*", "Éa 1", "#"),
        ] {
            assert!(matches(pattern, yes), "{pattern}");
            assert!(!matches(pattern, no), "{pattern}");
        }
    }

    #[test]
    fn what_is_not_understood_is_not_checked() {
        assert!(matches("(?!aws:)[a-z]+", "AWS:"), "a look ahead");
        assert!(matches("(", "anything"));
    }
}
