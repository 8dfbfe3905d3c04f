//! The container: a header with the schema, then blocks of values.

use std::io::{Read as _, Write as _};

use super::read::Reader;
use super::{Schema, Value, write};
use crate::error::{Error, Result};

const MAGIC: &[u8; 4] = b"Obj\x01";

/// Bytes of a block once it is unpacked; larger ones are hostile.
const BLOCK_BYTES_MAX: usize = 1 << 30;

/// How blocks are packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    Null,
    Deflate,
    Snappy,
    Zstandard,
}

/// A file that was read.
#[derive(Clone, Debug)]
pub struct Container {
    pub schema: Schema,
    /// What the header says besides.
    pub metadata: Vec<(String, Vec<u8>)>,
    pub values: Vec<Value>,
}

impl Container {
    /// Reads a file.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader(bytes);
        if reader.take(MAGIC.len())? != MAGIC {
            return Err(Error::corrupt("Not an Avro file"));
        }
        let mut metadata = Vec::new();
        reader.blocks(|reader| {
            metadata.push((reader.text()?, reader.bytes()?.to_vec()));
            Ok(())
        })?;
        let sync = reader.take(16)?;
        let said = |name: &str| {
            metadata.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_slice())
        };
        let schema = said("avro.schema").ok_or_else(|| Error::corrupt("No Avro schema"))?;
        let schema = serde_json::from_slice(schema)
            .map_err(|error| Error::corrupt(format!("Not an Avro schema: {error}")))?;
        let schema = Schema::parse(&schema)?;
        let codec = match said("avro.codec") {
            None | Some(b"null") => Codec::Null,
            Some(b"deflate") => Codec::Deflate,
            Some(b"snappy") => Codec::Snappy,
            Some(b"zstandard") => Codec::Zstandard,
            Some(other) => {
                let name = String::from_utf8_lossy(other).into_owned();
                return Err(Error::Unsupported(format!("The Avro codec {name}")));
            }
        };
        let mut values = Vec::new();
        while !reader.0.is_empty() {
            let count = reader.long()?;
            let block = unpack(codec, reader.bytes()?)?;
            let mut within = Reader(&block);
            for _ in 0..count {
                values.push(within.value(&schema)?);
            }
            if reader.take(16)? != sync {
                return Err(Error::corrupt("An Avro block does not end as it should"));
            }
        }
        Ok(Self { schema, metadata, values })
    }

    /// What the header says under a name.
    pub fn said(&self, name: &str) -> Option<&str> {
        let (_, value) = self.metadata.iter().find(|(key, _)| key == name)?;
        std::str::from_utf8(value).ok()
    }
}

fn unpack(codec: Codec, packed: &[u8]) -> Result<Vec<u8>> {
    let bad = |error: &dyn std::fmt::Display| {
        Error::corrupt(format!("An Avro block cannot be unpacked: {error}"))
    };
    let most = BLOCK_BYTES_MAX as u64;
    let mut out = Vec::new();
    match codec {
        Codec::Null => out.extend_from_slice(packed),
        Codec::Deflate => {
            let mut decoder = flate2::read::DeflateDecoder::new(packed).take(most);
            decoder.read_to_end(&mut out).map_err(|error| bad(&error))?;
        }
        Codec::Zstandard => {
            let decoder = zstd::stream::read::Decoder::new(packed).map_err(|error| bad(&error))?;
            decoder.take(most).read_to_end(&mut out).map_err(|error| bad(&error))?;
        }
        Codec::Snappy => {
            let (body, sum) = packed.split_last_chunk::<4>().ok_or_else(|| bad(&"too short"))?;
            let length = snap::raw::decompress_len(body).map_err(|error| bad(&error))?;
            if length > BLOCK_BYTES_MAX {
                return Err(bad(&"too long"));
            }
            out = snap::raw::Decoder::new().decompress_vec(body).map_err(|error| bad(&error))?;
            if crc32fast::hash(&out) != u32::from_be_bytes(*sum) {
                return Err(bad(&"its checksum is another"));
            }
        }
    }
    Ok(out)
}

/// Values of one block, before it is packed.
const BLOCK_BYTES: usize = 1 << 20;

/// Writes a file, packed by deflate. The same values make the same file.
///
/// # Errors
/// When a value is not of the schema.
pub fn write_file(
    schema: &serde_json::Value,
    metadata: &[(&str, String)],
    values: &[Value],
) -> Result<Vec<u8>> {
    let text = schema.to_string();
    let parsed = Schema::parse(schema)?;
    let mut out = MAGIC.to_vec();
    let own = [("avro.schema", text.as_str()), ("avro.codec", "deflate")];
    let all = own.into_iter().chain(metadata.iter().map(|(name, text)| (*name, text.as_str())));
    let all: Vec<(&str, &str)> = all.collect();
    write::long(&mut out, i64::try_from(all.len()).unwrap_or(0));
    for (name, text) in all {
        write::bytes(&mut out, name.as_bytes());
        write::bytes(&mut out, text.as_bytes());
    }
    out.push(0);
    // Any sixteen bytes serve, for nothing searches for them.
    let sum = u128::from(crc32fast::hash(&out)) << 64 | 0x6963_6562_6572_6720;
    let sync = sum.to_be_bytes();
    out.extend_from_slice(&sync);
    let (mut block, mut count) = (Vec::new(), 0);
    for (at, value) in values.iter().enumerate() {
        write::value(&mut block, &parsed, value)?;
        count += 1;
        if block.len() >= BLOCK_BYTES || at + 1 == values.len() {
            let level = flate2::Compression::default();
            let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), level);
            let packed = encoder.write_all(&block).and_then(|()| encoder.finish());
            let packed = packed.map_err(|error| Error::invalid(error.to_string()))?;
            write::long(&mut out, count);
            write::bytes(&mut out, &packed);
            out.extend_from_slice(&sync);
            block.clear();
            count = 0;
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn schema() -> serde_json::Value {
        json!({ "type": "record", "name": "r", "fields": [
            { "name": "a", "type": "long", "field-id": 1 },
            { "name": "b", "type": ["null", "string"], "field-id": 2 },
            { "name": "c", "field-id": 3, "type": { "type": "array", "items": {
                "type": "record", "name": "kv", "fields": [
                    { "name": "key", "type": "int", "field-id": 4 },
                    { "name": "value", "type": "bytes", "field-id": 5 }] } } },
            { "name": "d", "type": { "type": "fixed", "size": 2, "name": "f" }, "field-id": 6 },
            { "name": "e", "type": ["null", "kv"], "field-id": 7 },
        ] })
    }

    fn pair(key: i32, value: Vec<u8>) -> Value {
        Value::Record(vec![Value::Long(key.into()), Value::Bytes(value)])
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            rows in prop::collection::vec(
                (any::<i64>(), any::<Option<String>>(), any::<Vec<(i32, Vec<u8>)>>(), any::<[u8; 2]>()),
                0..20,
            )
        ) {
            let values: Vec<Value> = rows.into_iter().map(|(a, b, c, d)| {
                let last = c.first().map_or(Value::Null, |(k, v)| pair(*k, v.clone()));
                Value::Record(vec![
                    Value::Long(a),
                    b.map_or(Value::Null, Value::String),
                    Value::Array(c.into_iter().map(|(k, v)| pair(k, v)).collect()),
                    Value::Bytes(d.to_vec()),
                    last,
                ])
            }).collect();
            let file = write_file(&schema(), &[("k", "v".into())], &values).expect("a file");
            let read = Container::read(&file).expect("a file");
            prop_assert_eq!(read.said("k"), Some("v"));
            prop_assert_eq!(read.schema.position(6), Some(3));
            prop_assert_eq!(read.values, values);
        }

        #[test]
        fn what_is_not_a_file_is_refused(mut bytes: Vec<u8>, cut in 0_usize..200) {
            prop_assert!(Container::read(&bytes).is_err());
            let file = write_file(&schema(), &[], &[]).expect("a file");
            bytes.splice(0..0, file[..cut.min(file.len())].iter().copied());
            let _ = Container::read(&bytes);
        }
    }
}
