//! CBOR (RFC 8949) bodies of rpcv2Cbor, and of stored rows.

use std::io::Cursor;

use aquifer_schema::{
    Bytes, Member, Schema, Seen, Shape, Slot, Structure, Timestamp, Validator, View,
};
use ciborium_ll::{Decoder, Encoder, Header, simple, tag};

use crate::error::WireError;
use crate::text::DEPTH_MAX;

type Reader<'a> = Decoder<Cursor<&'a [u8]>>;

/// A structure as CBOR.
pub fn to_bytes(value: &dyn Structure) -> Vec<u8> {
    let mut out = Vec::with_capacity(128);
    write_struct(value, &mut Encoder::from(&mut out));
    out
}

/// Fills a structure from CBOR; members it does not know are passed over, constraints not checked.
///
/// # Errors
/// When the bytes are not CBOR or of other types than the schema's.
pub fn from_bytes(bytes: &[u8], value: &mut dyn Structure) -> Result<(), WireError> {
    read(bytes, value, &mut Validator::default(), &mut Seen::default())
}

pub(crate) fn read(
    body: &[u8],
    value: &mut dyn Structure,
    check: &mut Validator,
    seen: &mut Seen,
) -> Result<(), WireError> {
    let mut reader = Decoder::from(Cursor::new(body));
    let header = pull(&mut reader)?;
    let Header::Map(length) = header else {
        return Err(WireError::malformed("the body is not a CBOR map"));
    };
    read_struct(&mut reader, length, value, check, seen)
}

fn pull(reader: &mut Reader<'_>) -> Result<Header, WireError> {
    reader.pull().map_err(|_| WireError::malformed("the body is not CBOR"))
}

fn read_struct(
    reader: &mut Reader<'_>,
    length: Option<usize>,
    value: &mut dyn Structure,
    check: &mut Validator,
    seen: &mut Seen,
) -> Result<(), WireError> {
    let schema = value.schema();
    let mut left = length;
    while more(reader, &mut left)? {
        let key = read_key(reader)?;
        let found = schema.members.iter().enumerate().find(|(_, member)| member.name == key);
        let Some((index, member)) = found else {
            let header = pull(reader)?;
            skip(reader, header, check.depth())?;
            continue;
        };
        check.enter(member);
        if read_value(reader, member, value.member_mut(index), check)? {
            seen.mark(index);
        }
        check.leave();
    }
    Ok(())
}

/// Whether another item follows in a container of known or open length.
fn more(reader: &mut Reader<'_>, left: &mut Option<usize>) -> Result<bool, WireError> {
    match left {
        Some(0) => Ok(false),
        Some(count) => {
            *count -= 1;
            Ok(true)
        }
        None => {
            let header = pull(reader)?;
            if header == Header::Break {
                return Ok(false);
            }
            reader.push(header);
            Ok(true)
        }
    }
}

fn read_key(reader: &mut Reader<'_>) -> Result<String, WireError> {
    match pull(reader)? {
        Header::Text(length) => read_text(reader, length),
        _ => Err(WireError::malformed("a map key is not text")),
    }
}

fn read_text(reader: &mut Reader<'_>, length: Option<usize>) -> Result<String, WireError> {
    let mut text = String::new();
    let mut segments = reader.text(length);
    let mut buffer = [0; 4096];
    let bad = || WireError::malformed("text is not UTF-8 or cut short");
    while let Some(mut segment) = segments.pull().map_err(|_| bad())? {
        while let Some(part) = segment.pull(&mut buffer).map_err(|_| bad())? {
            text.push_str(part);
        }
    }
    Ok(text)
}

fn read_blob(reader: &mut Reader<'_>, length: Option<usize>) -> Result<Vec<u8>, WireError> {
    let mut bytes = Vec::new();
    let mut segments = reader.bytes(length);
    let mut buffer = [0; 4096];
    let bad = || WireError::malformed("bytes are cut short");
    while let Some(mut segment) = segments.pull().map_err(|_| bad())? {
        while let Some(part) = segment.pull(&mut buffer).map_err(|_| bad())? {
            bytes.extend_from_slice(part);
        }
    }
    Ok(bytes)
}

fn skip(reader: &mut Reader<'_>, header: Header, depth: usize) -> Result<(), WireError> {
    if depth > DEPTH_MAX {
        return Err(WireError::TooDeep);
    }
    match header {
        Header::Text(length) => read_text(reader, length).map(drop),
        Header::Bytes(length) => read_blob(reader, length).map(drop),
        Header::Array(length) => {
            let mut left = length;
            while more(reader, &mut left)? {
                let header = pull(reader)?;
                skip(reader, header, depth + 1)?;
            }
            Ok(())
        }
        Header::Map(length) => {
            let mut left = length;
            while more(reader, &mut left)? {
                for _ in 0..2 {
                    let header = pull(reader)?;
                    skip(reader, header, depth + 1)?;
                }
            }
            Ok(())
        }
        Header::Tag(_) => {
            let header = pull(reader)?;
            skip(reader, header, depth + 1)
        }
        Header::Break => Err(WireError::malformed("a break outside a container")),
        _ => Ok(()),
    }
}

fn read_value(
    reader: &mut Reader<'_>,
    member: &'static Member,
    shape: &mut dyn Shape,
    check: &mut Validator,
) -> Result<bool, WireError> {
    if check.depth() > DEPTH_MAX {
        return Err(WireError::TooDeep);
    }
    let schema = member.target;
    let wrong = || WireError::malformed(format!("a value is not of type {}", schema.name));
    match pull(reader)? {
        Header::Simple(simple::NULL | simple::UNDEFINED) => return Ok(false),
        Header::Simple(value @ (simple::TRUE | simple::FALSE)) => match shape.fill() {
            Slot::Bool(slot) => *slot = value == simple::TRUE,
            _ => return Err(wrong()),
        },
        Header::Positive(value) => {
            let value = i64::try_from(value).map_err(|_| wrong())?;
            fill_int(schema, shape, value, check).ok_or_else(wrong)?;
        }
        Header::Negative(value) => {
            let value = i64::try_from(value).map_err(|_| wrong())?;
            fill_int(schema, shape, -1 - value, check).ok_or_else(wrong)?;
        }
        Header::Float(value) => match shape.fill() {
            Slot::Float(slot) => *slot = value as f32,
            Slot::Double(slot) => *slot = value,
            Slot::Time(slot) => *slot = Timestamp::from_secs_f64(value).ok_or_else(wrong)?,
            _ => return Err(wrong()),
        },
        Header::Tag(1) => return read_value(reader, member, shape, check),
        Header::Tag(tag::BIGPOS | tag::BIGNEG) => return Err(wrong()),
        Header::Tag(_) => return read_value(reader, member, shape, check),
        Header::Text(length) => {
            let text = read_text(reader, length)?;
            match shape.fill() {
                Slot::Str(slot) => {
                    check.text(schema, &text);
                    *slot = text;
                }
                Slot::Enum(slot) => {
                    if !slot.set(&text) {
                        check.not_in_enum(schema, &text);
                    }
                }
                Slot::Document(slot) => {
                    *slot = serde_json::from_str(&text).map_err(|_| wrong())?;
                }
                _ => return Err(wrong()),
            }
        }
        Header::Bytes(length) => {
            let Slot::Blob(slot) = shape.fill() else { return Err(wrong()) };
            *slot = Bytes::from(read_blob(reader, length)?);
            let length = slot.len();
            check.size(schema, length);
        }
        Header::Array(length) => {
            let Slot::List(list) = shape.fill() else { return Err(wrong()) };
            let (mut left, mut index) = (length, 0);
            while more(reader, &mut left)? {
                check.enter_index(index);
                read_value(reader, schema.element(), list.push(), check)?;
                check.leave();
                index += 1;
            }
            check.size(schema, index);
        }
        Header::Map(length) => read_map(reader, length, schema, shape, check)?,
        Header::Break | Header::Simple(_) => return Err(wrong()),
    }
    Ok(true)
}

fn read_map(
    reader: &mut Reader<'_>,
    length: Option<usize>,
    schema: &'static Schema,
    shape: &mut dyn Shape,
    check: &mut Validator,
) -> Result<(), WireError> {
    match shape.fill() {
        Slot::Struct(value) => {
            let mut seen = Seen::default();
            read_struct(reader, length, value, check, &mut seen)?;
            check.structure(schema, &seen);
        }
        Slot::Map(map) => {
            let (key_member, value_member) = schema.entry();
            let mut left = length;
            while more(reader, &mut left)? {
                let key = read_key(reader)?;
                check.enter_key(&key);
                check.text(key_member.target, &key);
                read_value(reader, value_member, map.insert(key), check)?;
                check.leave();
            }
            let length = map.len();
            check.size(schema, length);
        }
        _ => return Err(WireError::malformed(format!("a value is not of type {}", schema.name))),
    }
    Ok(())
}

fn fill_int(
    schema: &'static Schema,
    shape: &mut dyn Shape,
    value: i64,
    check: &mut Validator,
) -> Option<()> {
    match shape.fill() {
        Slot::Int(slot) => *slot = i32::try_from(value).ok()?,
        Slot::Long(slot) => *slot = value,
        Slot::Float(slot) => *slot = value as f32,
        Slot::Double(slot) => *slot = value as f64,
        Slot::Time(slot) => *slot = Timestamp::from_secs(value),
        _ => return None,
    }
    check.number(schema, value as f64, || value.to_string());
    Some(())
}

// Writing to memory cannot fail, so the results of pushes carry nothing.
fn push(out: &mut Encoder<&mut Vec<u8>>, header: Header) {
    let _ = out.push(header);
}

fn write_struct(value: &dyn Structure, out: &mut Encoder<&mut Vec<u8>>) {
    push(out, Header::Map(None));
    for (index, member) in value.schema().members.iter().enumerate() {
        let view = value.member(index).view();
        if !matches!(view, View::Absent | View::Stream) {
            let _ = out.text(member.name, None);
            write_value(member, view, out);
        }
    }
    push(out, Header::Break);
}

fn write_value(member: &'static Member, view: View<'_>, out: &mut Encoder<&mut Vec<u8>>) {
    match view {
        View::Absent | View::Stream => push(out, Header::Simple(simple::NULL)),
        View::Bool(value) => {
            push(out, Header::Simple(if value { simple::TRUE } else { simple::FALSE }));
        }
        View::Int(value) => push(out, integer(value)),
        View::Float(value) => push(out, Header::Float(f64::from(value))),
        View::Double(value) => push(out, Header::Float(value)),
        View::Str(value) => {
            let _ = out.text(value, None);
        }
        View::Blob(value) => {
            let _ = out.bytes(value, None);
        }
        View::Time(value) => {
            push(out, Header::Tag(1));
            push(out, Header::Float(value.as_secs_f64()));
        }
        View::Document(value) => {
            let _ = out.text(&value.to_string(), None);
        }
        View::Struct(value) => write_struct(value, out),
        View::List(list) => {
            push(out, Header::Array(Some(list.len())));
            for index in 0..list.len() {
                write_value(member.target.element(), list.get(index).view(), out);
            }
        }
        View::Map(map) => {
            push(out, Header::Map(Some(map.len())));
            let (_, element) = member.target.entry();
            map.each(&mut |key, value| {
                let _ = out.text(key, None);
                write_value(element, value.view(), out);
            });
        }
    }
}

fn integer(value: i64) -> Header {
    match u64::try_from(value) {
        Ok(value) => Header::Positive(value),
        Err(_) => Header::Negative(value.unsigned_abs() - 1),
    }
}
