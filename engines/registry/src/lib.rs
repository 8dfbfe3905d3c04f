//! Schemas of messages: whether they are sound, and whether who knows one reads what was written by
//! another.
//!
//! Avro, JSON Schema and Protocol Buffers. A schema is text; [`Schema::parse`] says what is wrong with
//! it; [`Schema::reads`] says why a reader of one would not understand a writer of the other. Nothing
//! here encodes or decodes messages, or keeps schemas.

mod avro;
mod compatibility;
mod diff;
mod json;
mod protobuf;

pub use compatibility::Compatibility;
pub use diff::unified;

/// What a schema is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Avro's JSON declarations.
    Avro,
    /// JSON Schema, drafts 4, 6 and 7.
    Json,
    /// Protocol Buffers, `proto2` and `proto3`, without groups and extensions.
    Protobuf,
}

/// Why a text is no schema, in a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(pub(crate) String);

/// Why a reader does not understand a writer, in a sentence with the place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Incompatible(pub(crate) String);

/// A sound schema.
#[derive(Clone, Debug)]
pub struct Schema {
    canonical: String,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Avro(avro::Schema),
    Json(json::Schema),
    Protobuf(protobuf::File),
}

impl Schema {
    /// Reads a schema.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(format: Format, text: &str) -> Result<Schema, Invalid> {
        let (canonical, kind) = match format {
            Format::Avro => {
                let value = avro::value(text)?;
                (value.to_string(), Kind::Avro(avro::Schema::of(&value)?))
            }
            Format::Json => {
                let value = json::value(text)?;
                (value.to_string(), Kind::Json(json::Schema::of(value)?))
            }
            Format::Protobuf => {
                let file = protobuf::File::parse(text)?;
                (protobuf::tokens(text)?.join(" "), Kind::Protobuf(file))
            }
        };
        Ok(Schema { canonical, kind })
    }

    /// The schema without what means nothing: texts that differ in blanks and comments, or in the order
    /// of members of JSON, have one.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// Whether a reader of this schema understands all that writers of the other write.
    ///
    /// # Errors
    /// The first thing it does not understand.
    pub fn reads(&self, writer: &Schema) -> Result<(), Incompatible> {
        match (&self.kind, &writer.kind) {
            (Kind::Avro(reader), Kind::Avro(writer)) => avro::reads(reader, writer),
            (Kind::Json(reader), Kind::Json(writer)) => json::reads(reader, writer),
            (Kind::Protobuf(reader), Kind::Protobuf(writer)) => protobuf::reads(reader, writer),
            _ => Err(Incompatible("The schemas are of different formats.".to_owned())),
        }
    }
}
