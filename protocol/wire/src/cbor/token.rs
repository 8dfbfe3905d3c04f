//! CBOR's data items one by one, borrowed from the input where they can be.

use std::borrow::Cow;

use crate::error::WireError;

/// A data item, or the head of one that contains others.
#[derive(Debug, PartialEq)]
pub(super) enum Token<'a> {
    Positive(u64),
    /// Minus one less this.
    Negative(u64),
    Bytes(Cow<'a, [u8]>),
    Text(Cow<'a, str>),
    /// With the number of elements, or open.
    Array(Option<u64>),
    /// With the number of entries, or open.
    Map(Option<u64>),
    Tag(u64),
    Bool(bool),
    /// Null or undefined.
    Null,
    Float(f64),
    /// The end of an open array or map.
    Break,
}

pub(super) struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
}

const OPEN: u8 = 31;

impl<'a> Tokens<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub fn is_empty(&self) -> bool {
        self.at >= self.bytes.len()
    }

    pub fn bad(&self, what: &str) -> WireError {
        WireError::malformed(format!("{what} at byte {} of the body", self.at))
    }

    fn take(&mut self, count: u64) -> Result<&'a [u8], WireError> {
        let end = usize::try_from(count).ok().and_then(|count| self.at.checked_add(count));
        match end.and_then(|end| Some((end, self.bytes.get(self.at..end)?))) {
            Some((end, taken)) => {
                self.at = end;
                Ok(taken)
            }
            None => Err(self.bad("the CBOR is cut short")),
        }
    }

    /// The first byte's two parts, and the number after it.
    fn head(&mut self) -> Result<(u8, u8, u64), WireError> {
        let first = self.take(1)?.first().copied().unwrap_or_default();
        let (major, minor) = (first >> 5, first & 31);
        let number = match minor {
            0..=23 | OPEN => u64::from(minor),
            24..=27 => {
                let bytes = self.take(1 << (minor - 24))?;
                bytes.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte))
            }
            _ => return Err(self.bad("a reserved form of CBOR")),
        };
        Ok((major, minor, number))
    }

    pub fn next(&mut self) -> Result<Token<'a>, WireError> {
        let (major, minor, number) = self.head()?;
        let open = minor == OPEN;
        Ok(match major {
            0 if !open => Token::Positive(number),
            1 if !open => Token::Negative(number),
            2 if open => Token::Bytes(Cow::Owned(self.segments(2)?)),
            2 => Token::Bytes(Cow::Borrowed(self.take(number)?)),
            3 if open => {
                let text = String::from_utf8(self.segments(3)?);
                Token::Text(Cow::Owned(text.map_err(|_| self.bad("text that is not UTF-8"))?))
            }
            3 => {
                let text = std::str::from_utf8(self.take(number)?);
                Token::Text(Cow::Borrowed(text.map_err(|_| self.bad("text that is not UTF-8"))?))
            }
            4 => Token::Array((!open).then_some(number)),
            5 => Token::Map((!open).then_some(number)),
            6 if !open => Token::Tag(number),
            7 => match minor {
                20 => Token::Bool(false),
                21 => Token::Bool(true),
                22 | 23 => Token::Null,
                25 => Token::Float(half(number as u16)),
                26 => Token::Float(f64::from(f32::from_bits(number as u32))),
                27 => Token::Float(f64::from_bits(number)),
                OPEN => Token::Break,
                _ => return Err(self.bad("an unassigned simple value")),
            },
            _ => return Err(self.bad("a reserved form of CBOR")),
        })
    }

    /// The segments of an open string, joined.
    fn segments(&mut self, of: u8) -> Result<Vec<u8>, WireError> {
        let mut all = Vec::new();
        loop {
            match self.head()? {
                (7, OPEN, _) => return Ok(all),
                (major, minor, length) if major == of && minor != OPEN => {
                    all.extend_from_slice(self.take(length)?);
                }
                _ => return Err(self.bad("a string with other things inside")),
            }
        }
    }

    /// Whether another item follows in a container of known or open length.
    pub fn more(&mut self, left: &mut Option<u64>) -> Result<bool, WireError> {
        match left {
            Some(0) => Ok(false),
            Some(count) => {
                *count -= 1;
                Ok(true)
            }
            None if self.bytes.get(self.at) == Some(&0xff) => {
                self.at += 1;
                Ok(false)
            }
            None => Ok(true),
        }
    }

    /// Passes over one item with all it contains, however deep: the depth costs no stack.
    pub fn skip(&mut self) -> Result<(), WireError> {
        // How many items each open container still wants; `None` until its break.
        let mut wanted: Vec<Option<u64>> = vec![Some(1)];
        while let Some(left) = wanted.last_mut() {
            if *left == Some(0) {
                wanted.pop();
                continue;
            }
            let token = self.next()?;
            if token == Token::Break {
                if left.is_some() {
                    return Err(self.bad("a break outside an open container"));
                }
                wanted.pop();
                continue;
            }
            if let Some(count) = left {
                *count -= 1;
            }
            match token {
                Token::Array(length) => wanted.push(length),
                Token::Map(length) => {
                    wanted.push(length.map(|entries| entries.saturating_mul(2)));
                }
                Token::Tag(_) => wanted.push(Some(1)),
                _ => {}
            }
        }
        Ok(())
    }
}

/// A number in half precision.
fn half(bits: u16) -> f64 {
    let (exponent, mantissa) = (i32::from(bits >> 10 & 31), f64::from(bits & 0x3ff));
    let size = match exponent {
        0 => mantissa * 2_f64.powi(-24),
        31 if mantissa == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1_024.0 + mantissa) * 2_f64.powi(exponent - 25),
    };
    if bits & 0x8000 == 0 { size } else { -size }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(bytes: &[u8]) -> Option<Token<'_>> {
        let mut tokens = Tokens::new(bytes);
        tokens.next().ok().filter(|_| tokens.is_empty())
    }

    #[test]
    fn items_are_read_as_the_standard_lists_them() {
        // Appendix A of RFC 8949.
        for (bytes, token) in [
            (&b"\x00"[..], Token::Positive(0)),
            (b"\x18\x64", Token::Positive(100)),
            (b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff", Token::Positive(u64::MAX)),
            (b"\x3b\xff\xff\xff\xff\xff\xff\xff\xff", Token::Negative(u64::MAX)),
            (b"\x38\x63", Token::Negative(99)),
            (b"\xf9\x3c\x00", Token::Float(1.0)),
            (b"\xf9\x3e\x00", Token::Float(1.5)),
            (b"\xf9\x7b\xff", Token::Float(65_504.0)),
            (b"\xf9\x00\x01", Token::Float(5.960_464_477_539_063e-8)),
            (b"\xf9\x04\x00", Token::Float(0.000_061_035_156_25)),
            (b"\xf9\xc4\x00", Token::Float(-4.0)),
            (b"\xf9\x7c\x00", Token::Float(f64::INFINITY)),
            (b"\xfa\x47\xc3\x50\x00", Token::Float(100_000.0)),
            (b"\xfb\x3f\xf1\x99\x99\x99\x99\x99\x9a", Token::Float(1.1)),
            (b"\xf4", Token::Bool(false)),
            (b"\xf7", Token::Null),
            (b"\xc1", Token::Tag(1)),
            (b"\x62\xc3\xbc", Token::Text("ü".into())),
            (b"\x44\x01\x02\x03\x04", Token::Bytes(Cow::Borrowed(&[1, 2, 3, 4]))),
            (b"\x5f\x42\x01\x02\x43\x03\x04\x05\xff", Token::Bytes(vec![1, 2, 3, 4, 5].into())),
            (b"\x7f\x65strea\x64ming\xff", Token::Text("streaming".into())),
            (b"\x9f", Token::Array(None)),
            (b"\xb9\x00\x02", Token::Map(Some(2))),
        ] {
            assert_eq!(one(bytes), Some(token), "{bytes:x?}");
        }
        assert!(matches!(one(b"\xf9\x7e\x00"), Some(Token::Float(nan)) if nan.is_nan()));
    }

    #[test]
    fn what_the_standard_reserves_is_refused() {
        for bytes in [
            &b""[..],
            b"\x1c",
            b"\x1f",
            b"\xdf",
            b"\xf8\x20",
            b"\x5b\xff\xff\xff\xff\xff\xff\xff\xff",
            b"\x61\xff",
            b"\x7f\x41a\xff",
            b"\x5f\x5f\x41a\xff\xff",
        ] {
            assert!(Tokens::new(bytes).next().is_err(), "{bytes:x?}");
        }
    }

    #[test]
    fn depth_costs_no_stack() {
        let mut deep = vec![0x81; 1_000_000];
        deep.push(0x00);
        let mut tokens = Tokens::new(&deep);
        tokens.skip().expect("one item");
        assert!(tokens.is_empty());
        let open = vec![0x9f; 1_000_000];
        assert!(Tokens::new(&open).skip().is_err(), "cut short");
        assert!(Tokens::new(b"\x82\xff").skip().is_err(), "a break in a closed array");
    }
}
