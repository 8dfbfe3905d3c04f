//! Whether what one file encodes, another decodes to the same.
//!
//! Fields go by their numbers. Types that lie alike on the wire read each other; what a reader does not
//! know it passes over; what it requires must have been required.
//!
//! <https://protobuf.dev/programming-guides/proto3/#updating>

use super::{Field, File, Label, Message, Type};
use crate::Incompatible;

/// Whether a reader decodes all messages a writer encodes.
pub(crate) fn reads(reader: &File, writer: &File) -> Result<(), Incompatible> {
    for (name, written) in &writer.messages {
        // A file without a package is moved into one, and back, without a word on the wire.
        let Some(known) = find(reader, writer, name) else {
            return Err(Incompatible(format!("Message {name} is missing.")));
        };
        message(name, known, written)?;
    }
    for (method, written) in &writer.methods {
        match reader.methods.get(method) {
            None => return Err(Incompatible(format!("Method {method} is missing."))),
            Some(known) if known.0.many != written.0.many || known.1.many != written.1.many => {
                return Err(Incompatible(format!("Method {method} streams differently.")));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

fn find<'a>(reader: &'a File, writer: &File, name: &str) -> Option<&'a Message> {
    let own = name.strip_prefix(&writer.package).unwrap_or(name).trim_start_matches('.');
    let full = match reader.package.as_str() {
        "" => own.to_owned(),
        package => format!("{package}.{own}"),
    };
    reader.messages.get(&full)
}

fn message(name: &str, reader: &Message, writer: &Message) -> Result<(), Incompatible> {
    for (number, known) in &reader.fields {
        match writer.fields.get(number) {
            Some(written) => field(name, known, written)?,
            None if known.label == Label::Required => {
                return Err(wrong(name, known, "is required, and was not written"));
            }
            None => {}
        }
    }
    // Fields that could be set together must not exclude each other.
    for known in reader.fields.values().filter_map(|field| field.oneof.as_ref()) {
        let apart = reader.fields.iter().filter(|(number, field)| {
            field.oneof.as_ref() == Some(known)
                && writer.fields.get(*number).is_some_and(|written| written.oneof.is_none())
        });
        if apart.count() > 1 {
            return Err(Incompatible(format!(
                "Fields of {name} that could be set together are alternatives in oneof {known}."
            )));
        }
    }
    Ok(())
}

fn field(message: &str, reader: &Field, writer: &Field) -> Result<(), Incompatible> {
    if reader.label == Label::Required && writer.label != Label::Required {
        return Err(wrong(message, reader, "is required, and could be left out"));
    }
    let many = |field: &Field| field.label == Label::Repeated;
    // Packed numbers and single ones lie differently on the wire.
    if many(reader) != many(writer) && !is_text_or_message(&reader.ty) {
        return Err(wrong(message, reader, "is repeated on one side only"));
    }
    if !same_wire(&reader.ty, &writer.ty) {
        return Err(wrong(message, reader, "has another type"));
    }
    Ok(())
}

fn is_text_or_message(ty: &Type) -> bool {
    matches!(ty, Type::Message(_) | Type::Scalar("string" | "bytes"))
}

fn same_wire(reader: &Type, writer: &Type) -> bool {
    match (reader, writer) {
        (Type::Message(reader), Type::Message(writer)) => last(reader) == last(writer),
        (Type::Map(a, b), Type::Map(c, d)) => {
            same_wire(&Type::Scalar(a), &Type::Scalar(c)) && same_wire(b, d)
        }
        (reader, writer) => match (wire(reader), wire(writer)) {
            (Some(a), Some(b)) => a == b,
            _ => false,
        },
    }
}

/// Numbers of one kind read each other.
fn wire(ty: &Type) -> Option<&'static str> {
    Some(match ty {
        Type::Enum(_) | Type::Scalar("int32" | "int64" | "uint32" | "uint64" | "bool") => "varint",
        Type::Scalar("sint32" | "sint64") => "zigzag",
        Type::Scalar("string" | "bytes") => "text",
        Type::Scalar("fixed32" | "sfixed32") => "fixed32",
        Type::Scalar("fixed64" | "sfixed64") => "fixed64",
        Type::Scalar(scalar) => scalar,
        _ => return None,
    })
}

fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

fn wrong(message: &str, field: &Field, what: &str) -> Incompatible {
    Incompatible(format!("Field {} of message {message} {what}.", field.name))
}
