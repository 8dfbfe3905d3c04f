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
    /// One class of characters, repeated.
    Class(Class),
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
            Self::Class(class) => class.is_match(value),
            Self::Plain(regex) => regex.is_match(value),
            Self::Around(regex) => regex.is_match(value).unwrap_or(true),
            Self::Unchecked => true,
        }
    }
}

/// Most patterns are of this form, and need no machine.
struct Class {
    /// Bit by bit, the characters of ASCII that are in it.
    ascii: u128,
    /// For the other characters.
    any: Regex,
    min: usize,
    max: usize,
}

impl Class {
    /// `[a-z]*`, `[a-z]+`, `[a-z]{1,9}`; `None` for what has more to it.
    fn new(text: &str) -> Option<Self> {
        let text = text.strip_prefix('^').unwrap_or(text);
        let text = text.strip_suffix('$').unwrap_or(text);
        let end = text.rfind(']')? + 1;
        let (class, repeated) = (text.get(..end)?, text.get(end..)?);
        let (min, max) = match repeated {
            "*" => (0, usize::MAX),
            "+" => (1, usize::MAX),
            _ => {
                let counts = repeated.strip_prefix('{')?.strip_suffix('}')?;
                let (min, max) = counts.split_once(',').unwrap_or((counts, counts));
                let max = if max.is_empty() { usize::MAX } else { max.parse().ok()? };
                (min.parse().ok()?, max)
            }
        };
        // What is more than one class does not match a single character as one does.
        if !class.starts_with('[') || !is_one_class(class) {
            return None;
        }
        let any = Regex::new(&format!("^(?:{class})$")).ok()?;
        let mut ascii = 0;
        for byte in 0..128_u8 {
            let character = char::from(byte);
            if any.is_match(character.encode_utf8(&mut [0; 4])) {
                ascii |= 1 << byte;
            }
        }
        Some(Self { ascii, any, min, max })
    }

    fn is_match(&self, value: &str) -> bool {
        if value.is_ascii() {
            return (self.min..=self.max).contains(&value.len())
                && value.bytes().all(|byte| self.ascii & (1 << byte) != 0);
        }
        let mut count = 0;
        let all = value.chars().all(|character| {
            count += 1;
            match u8::try_from(character) {
                Ok(byte) if byte.is_ascii() => self.ascii & (1 << byte) != 0,
                _ => self.any.is_match(character.encode_utf8(&mut [0; 4])),
            }
        });
        all && (self.min..=self.max).contains(&count)
    }
}

/// Whether the first bracket closes at the very end.
fn is_one_class(class: &str) -> bool {
    let mut depth = 0_usize;
    let mut escaped = false;
    for (at, c) in class.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => depth += 1,
            ']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1 == class.len();
                }
            }
            _ => {}
        }
    }
    false
}

fn compile(pattern: &str) -> Compiled {
    let text = translate(pattern);
    if let Some(class) = Class::new(&text) {
        return Compiled::Class(class);
    }
    let text = format!("^(?:{text})$");
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
    // "Something is in it": of texts of several lines too, as services take them.
    if pattern == r".*\S.*" {
        return r"(?s:.*\S.*)".to_owned();
    }
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
            (".*\\S.*", " \na\n", " \n "),
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
            let compiled = compile(pattern);
            assert!(matches!(compiled, Compiled::Class(_) | Compiled::Plain(_)), "{pattern}");
            assert!(matches(pattern, yes), "{pattern} {yes:?}");
            assert!(!matches(pattern, no), "{pattern} {no:?}");
        }
    }

    #[test]
    fn a_class_repeated_is_the_same_as_its_expression() {
        for pattern in [
            "[a-zA-Z0-9_.-]+",
            "^[\\w-]{1,3}$",
            "[\\p{L}\\p{Z}_.:/=+\\-@]*",
            "[^\\r\\n]{2,}",
            "[]a\\]]{2}",
            "[\\u0020-\\uD7FF]*",
        ] {
            let text = translate(pattern);
            let Compiled::Class(class) = compile(pattern) else { panic!("{pattern} is a class") };
            let whole = text.strip_prefix('^').unwrap_or(&text);
            let whole = whole.strip_suffix('$').unwrap_or(whole);
            let regex = Regex::new(&format!("^(?:{whole})$")).expect("an expression");
            for value in
                ["", "a", "ab", "abc", "abcd", "a b", "é", "aé", "]]", "a\n", "/", "a\u{3000}"]
            {
                assert_eq!(class.is_match(value), regex.is_match(value), "{pattern} {value:?}");
            }
        }
        for pattern in ["[a]|[b]+", "[a][b]+", "x[a]+", "[a]+?", "([a]+)", "\\[a]+"] {
            assert!(!matches!(compile(pattern), Compiled::Class(_)), "{pattern}");
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
