//! JSON's grammar over bytes: checks values and tells where they end, without making anything of
//! them. Strict but for two things Hive's readers let pass: control characters in strings, and
//! whatever follows a line's first value.

use memchr::memchr2;

/// Deeper values are refused.
pub(crate) const DEPTH_MAX: usize = 128;

/// What is wrong, and at which byte of the line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed {
    pub at: usize,
    pub message: &'static str,
}

pub(crate) type Scan<T> = Result<T, Malformed>;

/// A place in a text.
pub(crate) struct Cursor<'a> {
    data: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(data: &'a [u8]) -> Self {
        Cursor { data, at: 0 }
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// The next byte after blanks.
    #[inline]
    pub(crate) fn peek(&mut self) -> Option<u8> {
        while let Some(&byte) = self.data.get(self.at) {
            if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                return Some(byte);
            }
            self.at += 1;
        }
        None
    }

    /// Passes over `byte` if it is next.
    #[inline]
    pub(crate) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    pub(crate) fn expect(&mut self, byte: u8, message: &'static str) -> Scan<()> {
        if self.eat(byte) { Ok(()) } else { Err(self.malformed(message)) }
    }

    pub(crate) fn malformed(&self, message: &'static str) -> Malformed {
        Malformed { at: self.at, message }
    }

    /// Passes over a value; answers its text.
    pub(crate) fn value(&mut self, depth: usize) -> Scan<&'a [u8]> {
        let first = self.peek().ok_or_else(|| self.malformed("the value is missing"))?;
        let start = self.at;
        match first {
            b'"' => {
                self.string()?;
            }
            b'{' => self.object(depth)?,
            b'[' => self.array(depth)?,
            b'-' | b'0'..=b'9' => self.number()?,
            b't' => self.word(b"true")?,
            b'f' => self.word(b"false")?,
            b'n' => self.word(b"null")?,
            _ => return Err(self.malformed("a value cannot begin here")),
        }
        Ok(&self.data[start..self.at])
    }

    fn object(&mut self, depth: usize) -> Scan<()> {
        self.at += 1;
        self.deeper(depth)?;
        if self.eat(b'}') {
            return Ok(());
        }
        loop {
            self.key()?;
            self.value(depth + 1)?;
            if !self.eat(b',') {
                return self.expect(b'}', "',' or '}' is expected");
            }
        }
    }

    fn array(&mut self, depth: usize) -> Scan<()> {
        self.at += 1;
        self.deeper(depth)?;
        if self.eat(b']') {
            return Ok(());
        }
        loop {
            self.value(depth + 1)?;
            if !self.eat(b',') {
                return self.expect(b']', "',' or ']' is expected");
            }
        }
    }

    fn deeper(&self, depth: usize) -> Scan<()> {
        if depth < DEPTH_MAX { Ok(()) } else { Err(self.malformed("values nest too deep")) }
    }

    /// Passes over a key and its colon; answers the key's text between its quotes.
    #[inline]
    pub(crate) fn key(&mut self) -> Scan<&'a [u8]> {
        if self.peek() != Some(b'"') {
            return Err(self.malformed("a key in quotes is expected"));
        }
        let key = self.string()?;
        self.expect(b':', "':' is expected")?;
        Ok(key)
    }

    /// Passes over a string; answers the text between its quotes, escapes and all.
    fn string(&mut self) -> Scan<&'a [u8]> {
        let start = self.at + 1;
        let mut at = start;
        loop {
            // Most strings are short: look at their first bytes before calling for more.
            let near = self.data.len().min(at + 16);
            while at < near && !matches!(self.data[at], b'"' | b'\\') {
                at += 1;
            }
            if at == near {
                match memchr2(b'"', b'\\', &self.data[at..]) {
                    Some(more) => at += more,
                    None => {
                        let message = "the string does not end";
                        return Err(Malformed { at: self.data.len(), message });
                    }
                }
            }
            if self.data[at] == b'"' {
                self.at = at + 1;
                return Ok(&self.data[start..at]);
            }
            let skipped = match self.data.get(at + 1) {
                Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 2,
                Some(b'u') if is_hex4(self.data.get(at + 2..at + 6)) => 6,
                _ => {
                    return Err(Malformed { at, message: "the escape is not one of JSON's" });
                }
            };
            at += skipped;
        }
    }

    fn number(&mut self) -> Scan<()> {
        let digits = |cursor: &mut Self| {
            let start = cursor.at;
            while cursor.data.get(cursor.at).is_some_and(u8::is_ascii_digit) {
                cursor.at += 1;
            }
            if cursor.at > start { Ok(()) } else { Err(cursor.malformed("a digit is expected")) }
        };
        if self.data.get(self.at) == Some(&b'-') {
            self.at += 1;
        }
        digits(self)?;
        if self.data.get(self.at) == Some(&b'.') {
            self.at += 1;
            digits(self)?;
        }
        if let Some(b'e' | b'E') = self.data.get(self.at) {
            self.at += 1;
            if let Some(b'+' | b'-') = self.data.get(self.at) {
                self.at += 1;
            }
            digits(self)?;
        }
        Ok(())
    }

    fn word(&mut self, word: &'static [u8]) -> Scan<()> {
        if !self.data[self.at..].starts_with(word) {
            return Err(self.malformed("true, false or null is expected"));
        }
        self.at += word.len();
        Ok(())
    }
}

fn is_hex4(digits: Option<&[u8]>) -> bool {
    digits.is_some_and(|d| d.iter().all(u8::is_ascii_hexdigit))
}

/// A checked string's text without its escapes, appended to `into`. Halves of surrogate pairs
/// that stand alone become replacement characters.
pub(crate) fn unescape(raw: &[u8], into: &mut Vec<u8>) {
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        into.extend_from_slice(&rest[..at]);
        let byte = rest.get(at + 1).copied().unwrap_or(b'\\');
        rest = rest.get(at + 2..).unwrap_or_default();
        match byte {
            b'b' => into.push(8),
            b'f' => into.push(12),
            b'n' => into.push(b'\n'),
            b'r' => into.push(b'\r'),
            b't' => into.push(b'\t'),
            b'u' => {
                let (c, used) = unicode(rest);
                into.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                rest = rest.get(used..).unwrap_or_default();
            }
            other => into.push(other),
        }
    }
    into.extend_from_slice(rest);
}

/// The character whose digits begin `text`, and how many bytes they and a second half take: none
/// where no digits stand, so that what stands there instead stays whole.
fn unicode(text: &[u8]) -> (char, usize) {
    let unit = |from: usize| {
        let digits = text.get(from..from + 4).filter(|digits| is_hex4(Some(digits)))?;
        u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let Some(first) = unit(0) else { return (char::REPLACEMENT_CHARACTER, 0) };
    if (0xd800..0xdc00).contains(&first)
        && text.get(4..6) == Some(b"\\u")
        && let Some(second @ 0xdc00..0xe000) = unit(6)
    {
        let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        return (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 10);
    }
    (char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER), 4)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn whole(text: &str) -> bool {
        let mut cursor = Cursor::new(text.as_bytes());
        cursor.value(0).is_ok() && cursor.peek().is_none()
    }

    #[test]
    fn only_json_passes() {
        for good in [
            "{}",
            "[]",
            " [1, -2.5e+3, \"a\\u00e9\\\"\", true, false, null, {\"a\": {}}] ",
            "0",
            "\"\"",
        ] {
            assert!(whole(good), "{good}");
        }
        for bad in [
            "",
            "{",
            "[1,]",
            "{\"a\"}",
            "{a:1}",
            "{\"a\":}",
            "tru",
            "1.",
            "-",
            "1e",
            "\"a",
            "\"\\x\"",
            "\"\\u12\"",
            "[1 2]",
            "{\"a\":1,}",
            "'a'",
            "NaN",
            "}",
        ] {
            assert!(!whole(bad), "{bad}");
        }
        // Unescaping bears even what was not checked.
        for (unchecked, plain) in [("\\u0\\né", "\u{fffd}0\né"), ("\\u+12é", "\u{fffd}+12é")] {
            let mut into = Vec::new();
            unescape(unchecked.as_bytes(), &mut into);
            assert_eq!(String::from_utf8(into).as_deref(), Ok(plain));
        }
        let deep = "[".repeat(1_000_000);
        assert_eq!(Cursor::new(deep.as_bytes()).value(0).unwrap_err().at, DEPTH_MAX + 1);
    }

    proptest! {
        #[test]
        fn what_a_reference_accepts_is_accepted_and_unescaped_alike(
            text in "[\\[\\]{}\",:0-9a\\\\u.eE+ \n-]{0,24}|\"([a-zé\\\\u0-9dDcC]|\\\\[\"nrtbfu/\\\\]){0,12}\"",
        ) {
            let reference: Result<serde_json::Value, _> = serde_json::from_str(&text);
            if let Ok(value) = &reference {
                prop_assert!(whole(&text));
                if let Some(string) = value.as_str() {
                    let mut plain = Vec::new();
                    let inner = text.trim().as_bytes();
                    unescape(&inner[1..inner.len() - 1], &mut plain);
                    prop_assert_eq!(std::str::from_utf8(&plain).unwrap(), string);
                }
            } else {
                // Accepted here and refused there: leading zeroes, control characters, lone
                // surrogates, numbers beyond a double. All are valid UTF-8 after repair.
                let mut plain = Vec::new();
                unescape(text.as_bytes(), &mut plain);
                prop_assert!(std::str::from_utf8(&plain).is_ok());
            }
        }
    }
}
