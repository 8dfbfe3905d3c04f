//! Avro object container files, as far as manifests are made of them.
//!
//! Written here rather than taken from a crate: fields are found by the ids that Iceberg adds to
//! Avro's schemas and must be written with them, values are wanted as they stand, without what
//! logical types make of them, and of Avro's resolution of schemas nothing is needed. What remains
//! is small.
//!
//! <https://avro.apache.org/docs/1.12.0/specification/>

mod file;
mod read;
mod schema;
mod write;

pub use file::{Codec, Container, write_file};
pub use schema::{Schema, SchemaField};

/// A value, as it stands in the file. What a union holds stands for the union.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Boolean(bool),
    /// `int` and `long`.
    Long(i64),
    Float(f32),
    Double(f64),
    /// `bytes` and `fixed`.
    Bytes(Vec<u8>),
    /// `string`, and the symbol of an `enum`.
    String(String),
    Array(Vec<Value>),
    Map(Vec<(String, Value)>),
    /// In the order of the schema's fields.
    Record(Vec<Value>),
}

impl Value {
    /// A number that is not null.
    pub fn as_long(&self) -> Option<i64> {
        match self {
            Self::Long(number) => Some(*number),
            _ => None,
        }
    }

    /// Text that is not null.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// Bytes that are not null.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The elements of an array that is not null.
    pub fn as_array(&self) -> Option<&[Value]> {
        match self {
            Self::Array(values) => Some(values),
            _ => None,
        }
    }
}
