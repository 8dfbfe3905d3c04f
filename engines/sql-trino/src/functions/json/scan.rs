//! JSON text walked in place: no tree is built to read one member of a document. Values are slices
//! of the text; nesting is bounded.

use std::borrow::Cow;

/// Deeper documents are not read.
const DEPTH_MAX: usize = 512;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Object,
    Array,
    Text,
    Number,
    Boolean,
    Null,
}

/// A value: a valid piece of JSON without blanks around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Value<'a>(&'a str);

impl<'a> Value<'a> {
    /// Reads a whole text as one value.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let mut scanner = Scanner { text, at: 0 };
        let value = scanner.value(0)?;
        scanner.blanks();
        (scanner.at == text.len()).then_some(value)
    }

    pub(super) fn kind(self) -> Kind {
        match self.0.as_bytes().first() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::Text,
            Some(b't' | b'f') => Kind::Boolean,
            Some(b'n') => Kind::Null,
            _ => Kind::Number,
        }
    }

    /// The text as written.
    pub(super) fn raw(self) -> &'a str {
        self.0
    }

    /// What a scalar says: a string without quotes and escapes, anything else as written. NULL,
    /// objects and arrays say nothing.
    pub(super) fn scalar(self) -> Option<Cow<'a, str>> {
        match self.kind() {
            Kind::Text => Some(unescape(self.0)),
            Kind::Number | Kind::Boolean => Some(Cow::Borrowed(self.0)),
            Kind::Object | Kind::Array | Kind::Null => None,
        }
    }

    /// The elements of an array; of anything else, nothing.
    pub(super) fn elements(self) -> impl Iterator<Item = Value<'a>> {
        let mut scanner = Scanner { text: self.0, at: 0 };
        let mut going = scanner.accept(b'[');
        std::iter::from_fn(move || {
            if !going || scanner.accept(b']') {
                return None;
            }
            let value = scanner.value(0)?;
            going = scanner.accept(b',');
            Some(value)
        })
    }

    /// The members of an object, names unescaped; of anything else, nothing.
    pub(super) fn members(self) -> impl Iterator<Item = (Cow<'a, str>, Value<'a>)> {
        let mut scanner = Scanner { text: self.0, at: 0 };
        let mut going = scanner.accept(b'{');
        std::iter::from_fn(move || {
            if !going || scanner.accept(b'}') {
                return None;
            }
            let name = scanner.string()?;
            scanner.accept(b':');
            let value = scanner.value(0)?;
            going = scanner.accept(b',');
            Some((unescape(name), value))
        })
    }

    /// The value without blanks and with the fewest escapes; with `sorted`, members in the order of
    /// their names, the last of equal ones kept.
    pub(super) fn canonical(self, sorted: bool) -> String {
        let mut out = String::with_capacity(self.0.len());
        self.write(sorted, &mut out);
        out
    }

    fn write(self, sorted: bool, out: &mut String) {
        match self.kind() {
            Kind::Object => {
                let mut members: Vec<(Cow<'a, str>, Value<'a>)> = self.members().collect();
                if sorted {
                    let unique: std::collections::BTreeMap<_, _> = members.into_iter().collect();
                    members = unique.into_iter().collect();
                }
                out.push('{');
                for (i, (name, value)) in members.into_iter().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    quote(&name, out);
                    out.push(':');
                    value.write(sorted, out);
                }
                out.push('}');
            }
            Kind::Array => {
                out.push('[');
                for (i, value) in self.elements().enumerate() {
                    if i > 0 {
                        out.push(',');
                    }
                    value.write(sorted, out);
                }
                out.push(']');
            }
            Kind::Text => quote(&unescape(self.0), out),
            Kind::Number | Kind::Boolean | Kind::Null => out.push_str(self.0),
        }
    }
}

/// Writes a string with its quotes and escapes.
pub(super) fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// The value of a valid string literal. A half of a surrogate pair becomes U+FFFD.
fn unescape(raw: &str) -> Cow<'_, str> {
    let inner = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
    if !inner.contains('\\') {
        return Cow::Borrowed(inner);
    }
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let escape = rest.chars().next().unwrap_or('\\');
        rest = rest.get(escape.len_utf8()..).unwrap_or_default();
        match escape {
            'b' => out.push('\u{8}'),
            'f' => out.push('\u{c}'),
            'n' => out.push('\n'),
            'r' => out.push('\r'),
            't' => out.push('\t'),
            'u' => {
                let (c, after) = unicode(rest);
                out.push(c);
                rest = after;
            }
            other => out.push(other),
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn unicode(rest: &str) -> (char, &str) {
    let hex = |text: &str| text.get(..4).and_then(|hex| u32::from_str_radix(hex, 16).ok());
    let Some(high) = hex(rest) else { return ('\u{fffd}', rest) };
    let after = &rest[4..];
    if (0xD800..0xDC00).contains(&high)
        && let Some(low) = after.strip_prefix("\\u").and_then(hex)
        && (0xDC00..0xE000).contains(&low)
    {
        let point = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
        return (char::from_u32(point).unwrap_or('\u{fffd}'), &after[6..]);
    }
    (char::from_u32(high).unwrap_or('\u{fffd}'), after)
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.byte(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Skips blanks and, if it comes next, the byte.
    fn accept(&mut self, byte: u8) -> bool {
        self.blanks();
        let found = self.byte() == Some(byte);
        if found {
            self.at += 1;
        }
        found
    }

    fn value(&mut self, depth: usize) -> Option<Value<'a>> {
        self.blanks();
        let start = self.at;
        match self.byte()? {
            _ if depth > DEPTH_MAX => return None,
            b'{' => {
                self.at += 1;
                if !self.accept(b'}') {
                    loop {
                        self.blanks();
                        self.string()?;
                        if !self.accept(b':') {
                            return None;
                        }
                        self.value(depth + 1)?;
                        if !self.accept(b',') {
                            break;
                        }
                    }
                    if !self.accept(b'}') {
                        return None;
                    }
                }
            }
            b'[' => {
                self.at += 1;
                if !self.accept(b']') {
                    loop {
                        self.value(depth + 1)?;
                        if !self.accept(b',') {
                            break;
                        }
                    }
                    if !self.accept(b']') {
                        return None;
                    }
                }
            }
            b'"' => {
                self.string()?;
            }
            b't' => self.word("true")?,
            b'f' => self.word("false")?,
            b'n' => self.word("null")?,
            _ => self.number()?,
        }
        Some(Value(&self.text[start..self.at]))
    }

    fn word(&mut self, word: &str) -> Option<()> {
        self.text[self.at..].starts_with(word).then(|| self.at += word.len())
    }

    /// A string with its quotes, checked.
    fn string(&mut self) -> Option<&'a str> {
        self.blanks();
        let start = self.at;
        if self.byte()? != b'"' {
            return None;
        }
        self.at += 1;
        loop {
            match self.byte()? {
                b'"' => break,
                b'\\' => {
                    self.at += 1;
                    match self.byte()? {
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                        b'u' => {
                            let hex = self.text.as_bytes().get(self.at + 1..self.at + 5)?;
                            if !hex.iter().all(u8::is_ascii_hexdigit) {
                                return None;
                            }
                            self.at += 4;
                        }
                        _ => return None,
                    }
                }
                0..0x20 => return None,
                _ => {}
            }
            self.at += 1;
        }
        self.at += 1;
        Some(&self.text[start..self.at])
    }

    fn number(&mut self) -> Option<()> {
        if self.byte() == Some(b'-') {
            self.at += 1;
        }
        match self.byte()? {
            b'0' => self.at += 1,
            b'1'..=b'9' => self.digits()?,
            _ => return None,
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.byte(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Some(())
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.byte().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_json_is_json() {
        for good in ["1", " -0.5e+3 ", "\"\\u00e9\"", "[]", "{ }", "[1, {\"a\": [null]}]", "true"] {
            assert!(Value::parse(good).is_some(), "{good}");
        }
        for bad in ["", "01", "1.", "+1", "[1,]", "{a:1}", "{\"a\" 1}", "\"\u{1}\"", "nul", "1 2"] {
            assert!(Value::parse(bad).is_none(), "{bad}");
        }
        assert!(Value::parse(&"[".repeat(100_000)).is_none());
        assert!(Value::parse("\"\\").is_none());
    }

    #[test]
    fn canonical_text() {
        let text = r#" { "b" : "\u00e9\/\ud83d\ude00" , "a" : [ 1.0 , {} ], "b":2 } "#;
        let value = Value::parse(text).unwrap();
        assert_eq!(value.canonical(true), r#"{"a":[1.0,{}],"b":2}"#);
        assert_eq!(value.canonical(false), r#"{"b":"é/😀","a":[1.0,{}],"b":2}"#);
        assert_eq!(Value::parse(r#""\ud83d""#).unwrap().scalar().unwrap(), "\u{fffd}");
    }
}
