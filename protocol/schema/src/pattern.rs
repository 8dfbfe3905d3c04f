//! The model's regular expressions, compiled once and shared by the process.
//!
//! The model writes Java's dialect. A pattern that is not understood even when translated, or that
//! compiles to more than it is worth, is not checked, as AWS's own SDKs check none.

use std::collections::HashMap;
use std::sync::{LazyLock, RwLock};

use regex::{Regex, RegexBuilder};

/// A pattern that compiles to more than this is not checked.
const COMPILED_BYTES_MAX: usize = 4 << 20;
/// Steps back in one value, for patterns that look around; a value that takes more is let pass.
const STEPS_BACK_MAX: usize = 100_000;

enum Compiled {
    Plain(Regex),
    /// Looks ahead or behind, which takes time on some values.
    Around(Box<fancy_regex::Regex>),
    Unchecked,
}

/// By the address of the pattern, which is `static`: cheaper to look up than its text.
static COMPILED: LazyLock<RwLock<HashMap<usize, Compiled>>> = LazyLock::new(RwLock::default);

/// Whether all of `value` matches. A pattern that is not understood matches everything.
pub(crate) fn matches(pattern: &'static str, value: &str) -> bool {
    let address = pattern.as_ptr() as usize;
    if let Ok(known) = COMPILED.read()
        && let Some(compiled) = known.get(&address)
    {
        return compiled.is_match(value);
    }
    let compiled = compile(pattern);
    let matched = compiled.is_match(value);
    if let Ok(mut known) = COMPILED.write() {
        known.insert(address, compiled);
    }
    matched
}

impl Compiled {
    fn is_match(&self, value: &str) -> bool {
        match self {
            Self::Plain(regex) => regex.is_match(value),
            Self::Around(regex) => regex.is_match(value).unwrap_or(true),
            Self::Unchecked => true,
        }
    }
}

fn compile(pattern: &str) -> Compiled {
    let text = format!("^(?:{})$", translate(pattern));
    match RegexBuilder::new(&text).size_limit(COMPILED_BYTES_MAX).build() {
        Ok(regex) => Compiled::Plain(regex),
        Err(regex::Error::Syntax(_)) => fancy_regex::RegexBuilder::new(&text)
            .backtrack_limit(STEPS_BACK_MAX)
            .delegate_size_limit(COMPILED_BYTES_MAX)
            .build()
            .map_or(Compiled::Unchecked, |regex| Compiled::Around(Box::new(regex))),
        Err(_) => Compiled::Unchecked,
    }
}

/// Java's classes are of ASCII where Rust's are of Unicode, and it writes code points in another way.
fn translate(pattern: &str) -> String {
    // What it says of surrogates are the characters they stand for.
    let mut rest = pattern.to_owned();
    for pair in ["\\uD800\\uDC00-\\uDBFF\\uDFFF", "\\uD800\\uDBFF-\\uDC00\\uDFFF"] {
        for pair in [pair, &pair.to_lowercase()] {
            rest = rest.replace(pair, "\\x{10000}-\\x{10FFFF}");
        }
    }
    let mut out = String::new();
    let mut depth = 0_usize;
    let mut rest = rest.as_str();
    while let Some(c) = rest.chars().next() {
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        match c {
            '[' => {
                depth += 1;
                out.push(c);
                // A bracket that closes at once stands for itself, as in Rust.
                for itself in ["^", "]"] {
                    if let Some(after) = rest.strip_prefix(itself) {
                        out.push_str(if itself == "]" { "\\]" } else { itself });
                        rest = after;
                    }
                }
            }
            ']' => {
                depth = depth.saturating_sub(1);
                out.push(c);
            }
            '\\' => rest = escape(rest, depth > 0, &mut out),
            c => out.push(c),
        }
    }
    out
}

/// Translates what follows a backslash; the result is what follows that.
fn escape<'a>(rest: &'a str, inside: bool, out: &mut String) -> &'a str {
    let Some(c) = rest.chars().next() else {
        out.push('\\');
        return rest;
    };
    let after = rest.get(c.len_utf8()..).unwrap_or_default();
    let class = match c {
        'w' => Some(("[:word:]", false, after)),
        'd' => Some(("[:digit:]", false, after)),
        's' => Some(("[:space:]", false, after)),
        'W' => Some(("[:word:]", true, after)),
        'D' => Some(("[:digit:]", true, after)),
        'S' => Some(("[:space:]", true, after)),
        'p' | 'P' => posix(after).map(|(class, after)| (class, c == 'P', after)),
        _ => None,
    };
    if let Some((class, negated, after)) = class {
        match (inside, negated) {
            (true, false) => out.push_str(class),
            (_, true) => out.push_str(&format!("[^{class}]")),
            (false, false) => out.push_str(&format!("[{class}]")),
        }
        // Between a class and another character a hyphen is no range.
        if let Some(next) = after.strip_prefix('-').filter(|next| inside && !next.starts_with(']'))
        {
            out.push_str("\\-");
            return next;
        }
        return after;
    }
    match (c, after.get(..4)) {
        ('u', Some(hex)) if hex.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            out.push_str(&format!("\\x{{{hex}}}"));
            return after.get(4..).unwrap_or_default();
        }
        ('/', _) => out.push('/'),
        _ => {
            out.push('\\');
            out.push(c);
        }
    }
    after
}

/// `{Print}` and the like as a class of ASCII.
fn posix(rest: &str) -> Option<(&'static str, &str)> {
    let (name, after) = rest.strip_prefix('{')?.split_once('}')?;
    let class = match name {
        "Lower" => "[:lower:]",
        "Upper" => "[:upper:]",
        "ASCII" => "[:ascii:]",
        "Alpha" => "[:alpha:]",
        "Digit" => "[:digit:]",
        "Alnum" => "[:alnum:]",
        "Punct" => "[:punct:]",
        "Graph" => "[:graph:]",
        "Print" => "[:print:]",
        "Blank" => "[:blank:]",
        "Cntrl" => "[:cntrl:]",
        "XDigit" => "[:xdigit:]",
        "Space" => "[:space:]",
        "IsAlphabetic" => "\\p{Alphabetic}",
        _ => return None,
    };
    Some((class, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn javas_dialect_is_read() {
        let text = "[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\t]*";
        let text_too = "[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDBFF-\\uDC00\\uDFFF\\r\\n\\t]*";
        for (pattern, yes, no) in [
            (text, "a\u{1F600}", "\n"),
            (text_too, "a\u{1F600}\n", "\0"),
            ("[a-z]+", "abc", "abc\n"),
            ("[a-z]+|b", "b", "1"),
            ("arn:aws\\/x", "arn:aws/x", "arn"),
            ("[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*", "Éa 1", "#"),
            ("\\w+", "a_1", "é"),
            ("[\\w-_]*", "a-_", "."),
            ("[\\w\\-]{1,2048}", "a-b", "a b"),
            ("[\\d.]+", "1.5", "٣"),
            ("\\S+", "x", " "),
            ("[^\\s]+", "x", "\t"),
            ("[\\p{Print}]*", "a b", "\n"),
            ("\\p{XDigit}{2}", "aF", "ag"),
            ("[]a]", "]", "b"),
            ("[^]a]", "b", "]"),
            ("\\u0041b", "Ab", "b"),
        ] {
            assert!(matches!(compile(pattern), Compiled::Plain(_)), "{pattern}");
            assert!(matches(pattern, yes), "{pattern} {yes:?}");
            assert!(!matches(pattern, no), "{pattern} {no:?}");
        }
    }

    #[test]
    fn patterns_may_look_around() {
        for (pattern, yes, no) in [
            ("^(?!(.*[.\\/\\\\]|aws:)).*$", "table", "a/b"),
            ("^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$", "a-b", "a--b"),
            ("[0-9A-Za-z\\.\\-_]*(?<!\\.)", "a.b", "a."),
            (
                "(?!.*[/:\\\\])[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\t]+",
                "n",
                "a:b",
            ),
        ] {
            assert!(matches!(compile(pattern), Compiled::Around(_)), "{pattern}");
            assert!(matches(pattern, yes), "{pattern} {yes:?}");
            assert!(!matches(pattern, no), "{pattern} {no:?}");
        }
    }

    #[test]
    fn what_is_not_understood_is_not_checked() {
        assert!(matches("(", "anything"));
        assert!(matches(".{1,100000}\\p{L}{4096}", ""), "too large");
    }
}
