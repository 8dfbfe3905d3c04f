//! Rows as bytes: one version byte, then MessagePack with named fields.
//!
//! A field added with `#[serde(default)]` needs no new version. A change that old bytes cannot be
//! read under does: raise `VERSION` and read the old shape in `migrate`. An old data directory
//! must always open.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::StoreError;

/// A type whose values can be the rows of a table.
pub trait Row: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The version of the shape written today.
    const VERSION: u8 = 1;

    /// Reads a row of this version. `bytes` is the MessagePack without the version. A type that
    /// wants few fields of many rows takes them from [`Fields`](crate::Fields) instead.
    ///
    /// # Errors
    /// A sentence for the operator, when the bytes do not decode.
    fn read(bytes: &[u8]) -> Result<Self, String> {
        rmp_serde::from_slice(bytes).map_err(|error| error.to_string())
    }

    /// Reads a row written under an older version. `bytes` is the MessagePack without the version.
    ///
    /// # Errors
    /// A sentence for the operator, when the version was never written or the bytes do not decode.
    fn migrate(version: u8, bytes: &[u8]) -> Result<Self, String> {
        let _ = bytes;
        Err(format!("it has version {version} and this program reads {}", Self::VERSION))
    }
}

impl Row for () {}
impl Row for bool {}
impl Row for u64 {}
impl Row for i64 {}
impl Row for String {}
impl Row for aquifer_types::Timestamp {}
impl Row for aquifer_types::Scope {}
impl Row for aquifer_types::Tags {}

/// Bytes stored as they are; a `Vec<u8>` would be written number by number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blob(pub Vec<u8>);

impl Row for Blob {}

impl Serialize for Blob {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Blob;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Blob, E> {
                Ok(Blob(bytes.to_vec()))
            }

            fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Blob, E> {
                Ok(Blob(bytes))
            }
        }
        from.deserialize_byte_buf(Visitor)
    }
}

/// The stored form of a row.
///
/// # Errors
/// If the row's own `Serialize` fails.
pub fn encode_row<V: Row>(table: &'static str, row: &V) -> Result<Vec<u8>, StoreError> {
    let mut bytes = vec![V::VERSION];
    let mut serializer = rmp_serde::Serializer::new(&mut bytes).with_struct_map();
    row.serialize(&mut serializer).map_err(|e| StoreError::corrupt(table, e))?;
    Ok(bytes)
}

/// The row of a stored form, migrated if an older version wrote it.
///
/// # Errors
/// If the bytes are not such a row.
pub fn decode_row<V: Row>(table: &'static str, bytes: &[u8]) -> Result<V, StoreError> {
    let (&version, row) =
        bytes.split_first().ok_or_else(|| StoreError::corrupt(table, "it is empty"))?;
    let read = if version == V::VERSION { V::read(row) } else { V::migrate(version, row) };
    read.map_err(|reason| StoreError::corrupt(table, reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct First {
        seconds: u32,
    }
    impl Row for First {}

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Second {
        millis: u64,
        #[serde(default)]
        note: Option<String>,
    }
    impl Row for Second {
        const VERSION: u8 = 2;

        fn migrate(version: u8, bytes: &[u8]) -> Result<Self, String> {
            if version != 1 {
                return Err(format!("unknown version {version}"));
            }
            let old: First = rmp_serde::from_slice(bytes).map_err(|e| e.to_string())?;
            Ok(Second { millis: u64::from(old.seconds) * 1000, note: None })
        }
    }

    #[test]
    fn an_older_version_is_migrated_and_a_newer_one_refused() {
        let old = encode_row("t", &First { seconds: 3 }).unwrap();
        assert_eq!(decode_row::<Second>("t", &old).unwrap(), Second { millis: 3000, note: None });
        let new = encode_row("t", &Second { millis: 1, note: None }).unwrap();
        let refused = decode_row::<First>("t", &new).unwrap_err().to_string();
        assert!(refused.contains("version 2"), "{refused}");
        assert!(decode_row::<First>("t", &[]).is_err());
        assert!(decode_row::<First>("t", &[1, 0xC1]).is_err());
    }

    #[test]
    fn blobs_are_stored_as_bytes() {
        let blob = Blob(vec![200; 1000]);
        let bytes = encode_row("t", &blob).unwrap();
        assert!(bytes.len() < 1010);
        assert_eq!(decode_row::<Blob>("t", &bytes).unwrap(), blob);
    }
}
