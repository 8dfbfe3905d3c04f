//! Avro's binary encoding, read.

use super::{Schema, Value};
use crate::error::{Error, Result};

/// Bytes that are read from the front.
pub(super) struct Reader<'a>(pub &'a [u8]);

fn short() -> Error {
    Error::corrupt("The Avro data ends too early")
}

impl<'a> Reader<'a> {
    pub fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or_else(short)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        bytes.copy_from_slice(self.take(N)?);
        Ok(bytes)
    }

    pub fn long(&mut self) -> Result<i64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                #[allow(clippy::cast_possible_wrap, reason = "zigzag")]
                return Ok((number >> 1) as i64 ^ -((number & 1) as i64));
            }
        }
        Err(Error::corrupt("An Avro number is too long"))
    }

    pub fn bytes(&mut self) -> Result<&'a [u8]> {
        let length = usize::try_from(self.long()?).map_err(|_| short())?;
        self.take(length)
    }

    pub fn text(&mut self) -> Result<String> {
        let text = std::str::from_utf8(self.bytes()?);
        text.map(str::to_owned).map_err(|_| Error::corrupt("An Avro string is not UTF-8"))
    }

    /// Blocks of items. Every item of a hostile count that takes no bytes would be free, so there are
    /// at most as many as bytes.
    pub fn blocks(&mut self, mut item: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        let mut most = self.0.len();
        loop {
            let count = self.long()?;
            if count == 0 {
                return Ok(());
            }
            if count < 0 {
                self.long()?;
            }
            let count = usize::try_from(count.unsigned_abs()).map_err(|_| short())?;
            most = most.checked_sub(count).ok_or_else(short)?;
            for _ in 0..count {
                item(self)?;
            }
        }
    }

    pub fn value(&mut self, schema: &Schema) -> Result<Value> {
        Ok(match schema {
            Schema::Null => Value::Null,
            Schema::Boolean => Value::Boolean(self.array::<1>()? != [0]),
            Schema::Int | Schema::Long => Value::Long(self.long()?),
            Schema::Float => Value::Float(f32::from_le_bytes(self.array()?)),
            Schema::Double => Value::Double(f64::from_le_bytes(self.array()?)),
            Schema::Bytes => Value::Bytes(self.bytes()?.to_vec()),
            Schema::String => Value::String(self.text()?),
            Schema::Fixed(length) => Value::Bytes(self.take(*length)?.to_vec()),
            Schema::Enum(symbols) => Value::String(self.chosen(symbols)?.clone()),
            Schema::Union(branches) => {
                let branch = self.chosen(branches)?;
                self.value(branch)?
            }
            Schema::Array(element) => {
                let mut values = Vec::new();
                self.blocks(|reader| {
                    values.push(reader.value(element)?);
                    Ok(())
                })?;
                Value::Array(values)
            }
            Schema::Map(of) => {
                let mut values = Vec::new();
                self.blocks(|reader| {
                    values.push((reader.text()?, reader.value(of)?));
                    Ok(())
                })?;
                Value::Map(values)
            }
            Schema::Record(fields) => {
                let values = fields.iter().map(|field| self.value(&field.schema));
                Value::Record(values.collect::<Result<_>>()?)
            }
        })
    }

    fn chosen<'b, T>(&mut self, of: &'b [T]) -> Result<&'b T> {
        let at = usize::try_from(self.long()?).ok();
        at.and_then(|at| of.get(at)).ok_or_else(|| Error::corrupt("An Avro branch is not there"))
    }
}
