//! The grammar of JSON, over text that arrives in pieces.

use memchr::memchr2;

use super::feed::{Feed, utf8};
use crate::code::{Code, Error, Result};
use crate::value::Tree;

/// Levels that values may be nested.
const DEPTH_MAX: usize = 128;

pub(super) struct Text {
    feed: Feed,
    /// Whether a value ends with its line.
    lines: bool,
    /// Where the record that is being read begins.
    start: u64,
    /// A string as it is read.
    scratch: Vec<u8>,
}

fn malformed() -> Error {
    Code::JSONParsingError.into()
}

impl Text {
    pub fn new(feed: Feed, lines: bool) -> Self {
        Self { feed, lines, start: 0, scratch: Vec::new() }
    }

    pub fn feed(&self) -> &Feed {
        &self.feed
    }

    /// A record begins here.
    pub fn begin(&mut self) {
        self.start = self.feed.offset();
    }

    fn check_length(&self) -> Result<()> {
        let length = self.feed.offset() - self.start;
        Feed::check_length(usize::try_from(length).unwrap_or(usize::MAX))
    }

    pub fn peek(&mut self) -> Result<Option<u8>> {
        loop {
            if let Some(byte) = self.feed.rest().first() {
                return Ok(Some(*byte));
            }
            if !self.feed.fill()? {
                return Ok(None);
            }
        }
    }

    pub fn take(&mut self) -> Result<u8> {
        let byte = self.peek()?.ok_or_else(malformed)?;
        self.feed.consume(1);
        Ok(byte)
    }

    /// Skips blanks between values.
    pub fn skip_between(&mut self) -> Result<()> {
        self.blanks(false)
    }

    /// Skips blanks inside a value.
    fn skip_blanks(&mut self) -> Result<()> {
        self.blanks(self.lines)
    }

    fn blanks(&mut self, in_line: bool) -> Result<()> {
        while let Some(byte) = self.peek()? {
            match byte {
                b'\n' if in_line => return Err(malformed()),
                b' ' | b'\t' | b'\r' | b'\n' => self.feed.consume(1),
                _ => return Ok(()),
            }
        }
        Ok(())
    }

    /// Whether a list or structure ends here; else its next value begins behind this.
    pub fn at_end_of(&mut self, close: u8, first: bool) -> Result<bool> {
        self.skip_blanks()?;
        let byte = self.peek()?.ok_or_else(malformed)?;
        if byte == close {
            self.feed.consume(1);
            return Ok(true);
        }
        if !first {
            if byte != b',' {
                return Err(malformed());
            }
            self.feed.consume(1);
            self.skip_blanks()?;
        }
        Ok(false)
    }

    /// A member's name, and what stands between it and its value.
    pub fn key(&mut self) -> Result<String> {
        if self.take()? != b'"' {
            return Err(malformed());
        }
        self.begin();
        let key = self.string()?;
        self.skip_blanks()?;
        if self.take()? != b':' {
            return Err(malformed());
        }
        self.skip_blanks()?;
        Ok(key)
    }

    /// The value that begins here.
    pub fn value(&mut self) -> Result<Tree> {
        self.nested(0)
    }

    fn nested(&mut self, depth: usize) -> Result<Tree> {
        if depth > DEPTH_MAX {
            return Err(malformed());
        }
        self.check_length()?;
        let value = match self.peek()?.ok_or_else(malformed)? {
            b'"' => {
                self.feed.consume(1);
                Tree::Text(self.string()?)
            }
            b'{' => {
                self.feed.consume(1);
                let mut members = Vec::new();
                while !self.at_end_of(b'}', members.is_empty())? {
                    let start = self.start;
                    let key = self.key()?;
                    self.start = start;
                    members.push((key, self.nested(depth + 1)?));
                }
                Tree::Struct(members)
            }
            b'[' => {
                self.feed.consume(1);
                let mut elements = Vec::new();
                while !self.at_end_of(b']', elements.is_empty())? {
                    elements.push(self.nested(depth + 1)?);
                }
                Tree::List(elements)
            }
            _ => self.word()?,
        };
        self.check_length()?;
        Ok(value)
    }

    /// A number, `true`, `false` or `null`.
    fn word(&mut self) -> Result<Tree> {
        self.scratch.clear();
        while let Some(byte) = self.peek()?
            && (byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.'))
        {
            self.scratch.push(byte);
            self.feed.consume(1);
            self.check_length()?;
        }
        let text = std::str::from_utf8(&self.scratch).map_err(|_| malformed())?;
        match text {
            "true" => Ok(Tree::Bool(true)),
            "false" => Ok(Tree::Bool(false)),
            "null" => Ok(Tree::Null),
            number if number.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => {
                Tree::number(number).ok_or_else(malformed)
            }
            _ => Err(malformed()),
        }
    }

    /// A string whose first quote was passed.
    fn string(&mut self) -> Result<String> {
        let offset = self.feed.offset();
        self.scratch.clear();
        loop {
            let rest = self.feed.rest();
            let end = memchr2(b'"', b'\\', rest);
            let piece = &rest[..end.unwrap_or(rest.len())];
            if piece.iter().any(|byte| *byte < 0x20) {
                return Err(malformed());
            }
            self.scratch.extend_from_slice(piece);
            let (length, found) = (piece.len(), end.map(|end| rest[end]));
            self.feed.consume(length + usize::from(found.is_some()));
            self.check_length()?;
            match found {
                Some(b'"') => return utf8(&self.scratch, offset).map(str::to_owned),
                Some(_) => self.escape()?,
                None if !self.feed.fill()? => return Err(malformed()),
                None => {}
            }
        }
    }

    fn escape(&mut self) -> Result<()> {
        let character = match self.take()? {
            byte @ (b'"' | b'\\' | b'/') => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => self.escaped_character()?,
            _ => return Err(malformed()),
        };
        let mut bytes = [0; 4];
        self.scratch.extend_from_slice(character.encode_utf8(&mut bytes).as_bytes());
        Ok(())
    }

    fn escaped_character(&mut self) -> Result<char> {
        let first = self.four_digits()?;
        if !(0xd800..0xdc00).contains(&first) {
            return char::from_u32(first).ok_or_else(malformed);
        }
        if self.take()? != b'\\' || self.take()? != b'u' {
            return Err(malformed());
        }
        let second = self.four_digits()?;
        if !(0xdc00..0xe000).contains(&second) {
            return Err(malformed());
        }
        let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        char::from_u32(code).ok_or_else(malformed)
    }

    fn four_digits(&mut self) -> Result<u32> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = char::from(self.take()?).to_digit(16).ok_or_else(malformed)?;
            code = code * 16 + digit;
        }
        Ok(code)
    }

    /// Passes the value that begins here, of any length.
    pub fn skip_value(&mut self) -> Result<()> {
        let mut depth = 0usize;
        loop {
            match self.peek()?.ok_or_else(malformed)? {
                b'"' => {
                    self.feed.consume(1);
                    self.skip_string()?;
                }
                b'{' | b'[' => {
                    self.feed.consume(1);
                    depth += 1;
                }
                b'}' | b']' => {
                    self.feed.consume(1);
                    depth = depth.checked_sub(1).ok_or_else(malformed)?;
                }
                b',' | b':' if depth > 0 => self.feed.consume(1),
                _ => {
                    self.begin();
                    self.word()?;
                }
            }
            if depth == 0 {
                return Ok(());
            }
            self.skip_blanks()?;
        }
    }

    fn skip_string(&mut self) -> Result<()> {
        loop {
            let rest = self.feed.rest();
            let end = memchr2(b'"', b'\\', rest);
            let (length, found) = (end.unwrap_or(rest.len()), end.map(|end| rest[end]));
            self.feed.consume(length + usize::from(found.is_some()));
            match found {
                Some(b'"') => return Ok(()),
                Some(_) => _ = self.take()?,
                None if !self.feed.fill()? => return Err(malformed()),
                None => {}
            }
        }
    }
}
