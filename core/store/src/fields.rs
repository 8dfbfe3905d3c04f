//! The fields of a stored row, one after the other, without reading what is in those not wanted.
//!
//! A listing needs a few fields of each of a thousand rows. Reading them through `serde` spells out
//! every name and value there is; this only finds where each ends.
//! The format: <https://github.com/msgpack/msgpack/blob/master/spec.md>.

use serde::de::DeserializeOwned;

/// Values within values beyond this are not a row of ours.
const DEPTH_MAX: u8 = 32;

/// The fields of a row, in the order written.
#[derive(Debug, Clone)]
pub struct Fields<'a> {
    rest: &'a [u8],
    left: usize,
}

/// The stored form of one field's value.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    /// The fields of a row's MessagePack, which is that of a structure.
    ///
    /// # Errors
    /// A sentence for the operator, when it is something else.
    pub fn of(row: &'a [u8]) -> Result<Self, String> {
        let mut rest = row;
        let left = match byte(&mut rest) {
            Some(marker @ 0x80..=0x8F) => Some(usize::from(marker & 0x0F)),
            Some(0xDE) => number(&mut rest, 2),
            Some(0xDF) => number(&mut rest, 4),
            _ => None,
        };
        let left = left.ok_or("it is no structure")?;
        Ok(Self { rest, left })
    }

    /// The next field: its name and its value.
    ///
    /// # Errors
    /// A sentence for the operator, when the bytes are not a row.
    #[expect(clippy::should_implement_trait, reason = "it may fail, and then there is no next")]
    pub fn next(&mut self) -> Result<Option<(&'a [u8], Field<'a>)>, String> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let name = text(&mut self.rest).ok_or("the name of a field is no text")?;
        let start = self.rest;
        skip(&mut self.rest, 0).ok_or("it ends within a value")?;
        let value = start.get(..start.len() - self.rest.len()).unwrap_or_default();
        Ok(Some((name, Field(value))))
    }
}

impl<'a> Field<'a> {
    /// Whether it is nothing (`None`).
    pub fn is_nil(self) -> bool {
        self.0 == [0xC0]
    }

    /// The fields of a structure.
    ///
    /// # Errors
    /// A sentence for the operator, when it is none.
    pub fn fields(self) -> Result<Fields<'a>, String> {
        Fields::of(self.0)
    }

    /// A text.
    ///
    /// # Errors
    /// A sentence for the operator, when it is none.
    pub fn text(self) -> Result<&'a str, String> {
        let mut rest = self.0;
        let bytes = text(&mut rest).ok_or("a value is no text")?;
        std::str::from_utf8(bytes).map_err(|error| error.to_string())
    }

    /// A whole number that is not negative.
    ///
    /// # Errors
    /// A sentence for the operator, when it is none.
    pub fn number(self) -> Result<u64, String> {
        let mut rest = self.0;
        let value = match byte(&mut rest) {
            Some(small @ ..=0x7F) => Some(u64::from(small)),
            Some(marker @ 0xCC..=0xCF) => wide(&mut rest, 1 << (marker - 0xCC)),
            _ => None,
        };
        value.ok_or_else(|| "a value is no number".to_owned())
    }

    /// Any value, read as rows are.
    ///
    /// # Errors
    /// A sentence for the operator, when it is no such value.
    pub fn read<T: DeserializeOwned>(self) -> Result<T, String> {
        rmp_serde::from_slice(self.0).map_err(|error| error.to_string())
    }
}

fn byte(from: &mut &[u8]) -> Option<u8> {
    let (first, rest) = from.split_first()?;
    *from = rest;
    Some(*first)
}

fn take<'a>(from: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (head, rest) = from.split_at_checked(count)?;
    *from = rest;
    Some(head)
}

/// A big-endian number of so many bytes.
fn wide(from: &mut &[u8], bytes: usize) -> Option<u64> {
    Some(take(from, bytes)?.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte)))
}

fn number(from: &mut &[u8], bytes: usize) -> Option<usize> {
    usize::try_from(wide(from, bytes)?).ok()
}

fn text<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = match byte(from)? {
        marker @ 0xA0..=0xBF => usize::from(marker & 0x1F),
        0xD9 => number(from, 1)?,
        0xDA => number(from, 2)?,
        0xDB => number(from, 4)?,
        _ => return None,
    };
    take(from, length)
}

/// Passes over one value.
fn skip(from: &mut &[u8], depth: u8) -> Option<()> {
    if depth > DEPTH_MAX {
        return None;
    }
    let (bytes, values) = match byte(from)? {
        0x00..=0x7F | 0xC0 | 0xC2 | 0xC3 | 0xE0..=0xFF => (0, 0),
        marker @ 0x80..=0x8F => (0, usize::from(marker & 0x0F) * 2),
        marker @ 0x90..=0x9F => (0, usize::from(marker & 0x0F)),
        marker @ 0xA0..=0xBF => (usize::from(marker & 0x1F), 0),
        0xC1 => return None,
        marker @ (0xC4..=0xC6) => (number(from, 1 << (marker - 0xC4))?, 0),
        // What extends the format has a byte of its kind before its bytes.
        marker @ (0xC7..=0xC9) => (number(from, 1 << (marker - 0xC7))?.checked_add(1)?, 0),
        0xCA => (4, 0),
        0xCB => (8, 0),
        marker @ (0xCC..=0xCF) => (1 << (marker - 0xCC), 0),
        marker @ (0xD0..=0xD3) => (1 << (marker - 0xD0), 0),
        marker @ (0xD4..=0xD8) => ((1 << (marker - 0xD4)) + 1, 0),
        marker @ (0xD9..=0xDB) => (number(from, 1 << (marker - 0xD9))?, 0),
        marker @ (0xDC | 0xDD) => (0, number(from, 2 << (marker - 0xDC))?),
        marker @ (0xDE | 0xDF) => (0, number(from, 2 << (marker - 0xDE))?.checked_mul(2)?),
    };
    take(from, bytes)?;
    (0..values).try_for_each(|_| skip(from, depth + 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::Blob;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Many {
        flag: bool,
        small: u64,
        signed: i64,
        text: String,
        blob: Blob,
        float: f64,
        maybe: Option<String>,
        list: Vec<(u32, String)>,
        map: std::collections::BTreeMap<String, i32>,
        last: u16,
    }

    fn many() -> impl Strategy<Value = Many> {
        let long = prop::collection::vec(any::<u8>(), 0..70_000);
        (
            any::<(bool, u64, i64, f64, Option<String>, u16)>(),
            ".{0,400}",
            long.prop_map(Blob),
            prop::collection::vec(any::<(u32, String)>(), 0..20),
            prop::collection::btree_map(".{0,40}", any::<i32>(), 0..20),
        )
            .prop_map(
                |((flag, small, signed, float, maybe, last), text, blob, list, map)| Many {
                    flag,
                    small,
                    signed,
                    text,
                    blob,
                    float,
                    maybe,
                    list,
                    map,
                    last,
                },
            )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_field_is_found_where_it_is(row in many()) {
            let mut bytes = Vec::new();
            row.serialize(&mut rmp_serde::Serializer::new(&mut bytes).with_struct_map()).unwrap();
            let mut fields = Fields::of(&bytes).unwrap();
            let mut names = Vec::new();
            while let Some((name, value)) = fields.next().unwrap() {
                let name = std::str::from_utf8(name).unwrap();
                names.push(name.to_owned());
                match name {
                    "flag" => prop_assert_eq!(value.read::<bool>().unwrap(), row.flag),
                    "small" => prop_assert_eq!(value.number().unwrap(), row.small),
                    "signed" => prop_assert_eq!(value.read::<i64>().unwrap(), row.signed),
                    "text" => prop_assert_eq!(value.text().unwrap(), &row.text),
                    "blob" => prop_assert_eq!(value.read::<Blob>().unwrap(), row.blob.clone()),
                    "maybe" => prop_assert_eq!(value.is_nil(), row.maybe.is_none()),
                    "list" => {
                        let list: Vec<(u32, String)> = value.read().unwrap();
                        prop_assert_eq!(&list, &row.list);
                    }
                    "last" => prop_assert_eq!(value.number().unwrap(), u64::from(row.last)),
                    _ => {}
                }
            }
            prop_assert_eq!(names.len(), 10);
            // What is cut off is told, never made up.
            let mut cut = Fields::of(&bytes[..bytes.len() - 1]).unwrap();
            let told = std::iter::from_fn(|| cut.next().transpose()).any(|field| field.is_err());
            prop_assert!(told);
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(mut fields) = Fields::of(&bytes) {
                while let Ok(Some((_, value))) = fields.next() {
                    let _ = (value.text(), value.number(), value.is_nil());
                }
            }
        }
    }

    #[test]
    fn values_in_values_without_end_are_refused() {
        let mut bytes = vec![0x81, 0xA1, b'a'];
        bytes.extend(std::iter::repeat_n(0x91, 100_000));
        assert!(Fields::of(&bytes).unwrap().next().is_err());
    }
}
