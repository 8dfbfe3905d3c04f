//! Protocol Buffers, `proto2` and `proto3`, without groups and extensions.
//!
//! <https://protobuf.dev/reference/protobuf/proto3-spec/>

mod parse;
mod reads;
#[cfg(test)]
mod tests;
mod tokens;

use std::collections::BTreeMap;

use crate::Invalid;

pub(crate) use reads::reads;

/// A file of declarations; names are full.
#[derive(Clone, Debug, Default)]
pub(crate) struct File {
    proto3: bool,
    package: String,
    messages: BTreeMap<String, Message>,
    enums: BTreeMap<String, Vec<(String, i64)>>,
    /// Service and method → what it takes and answers.
    methods: BTreeMap<String, (Stream, Stream)>,
}

/// A message, and whether there are many.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stream {
    many: bool,
    message: String,
}

#[derive(Clone, Debug, Default)]
struct Message {
    fields: BTreeMap<i64, Field>,
    reserved: Vec<(i64, i64)>,
    reserved_names: Vec<String>,
}

#[derive(Clone, Debug)]
struct Field {
    name: String,
    label: Label,
    ty: Type,
    /// The alternative it is one of.
    oneof: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Label {
    One,
    Required,
    Repeated,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Type {
    Scalar(&'static str),
    /// The name of a message, declared here or well known.
    Message(String),
    Enum(String),
    /// The name of a type that is yet to be looked for.
    Unresolved(String),
    Map(&'static str, Box<Type>),
}

/// The words and signs of a file, without blanks and comments.
pub(crate) fn tokens(text: &str) -> Result<Vec<String>, Invalid> {
    tokens::tokens(text)
}
