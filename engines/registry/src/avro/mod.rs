//! Avro.
//!
//! <https://avro.apache.org/docs/1.11.1/specification/>

mod parse;
mod resolve;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::Invalid;

pub(crate) use resolve::reads;

/// A type with the named types that it is made of.
#[derive(Clone, Debug)]
pub(crate) struct Schema {
    root: Type,
    named: BTreeMap<String, Named>,
}

/// A type, in which named ones stand by their full names.
#[derive(Clone, Debug, PartialEq)]
enum Type {
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    String,
    Array(Box<Type>),
    Map(Box<Type>),
    Union(Vec<Type>),
    /// Bytes that are a number of this precision and scale.
    Decimal(u64, u64),
    Named(String),
}

impl Type {
    fn name(&self) -> &str {
        match self {
            Type::Null => "null",
            Type::Boolean => "boolean",
            Type::Int => "int",
            Type::Long => "long",
            Type::Float => "float",
            Type::Double => "double",
            Type::Bytes | Type::Decimal(..) => "bytes",
            Type::String => "string",
            Type::Array(_) => "array",
            Type::Map(_) => "map",
            Type::Union(_) => "union",
            Type::Named(name) => name,
        }
    }
}

/// A type that has a name of its own.
#[derive(Clone, Debug)]
struct Named {
    /// Other names it answers to, in full.
    aliases: Vec<String>,
    kind: NamedKind,
}

#[derive(Clone, Debug)]
enum NamedKind {
    Record(Vec<Field>),
    Enum { symbols: Vec<String>, default: Option<String> },
    Fixed { size: u64, decimal: Option<(u64, u64)> },
}

#[derive(Clone, Debug)]
struct Field {
    name: String,
    aliases: Vec<String>,
    ty: Type,
    default: Option<Value>,
}

/// The JSON of a schema. A bare word is taken for the name of a type.
pub(crate) fn value(text: &str) -> Result<Value, Invalid> {
    serde_json::from_str(text)
        .map_err(|why| Invalid(format!("The schema is not valid JSON: {why}")))
}

/// A name without its namespace.
fn short(full: &str) -> &str {
    full.rsplit('.').next().unwrap_or(full)
}
