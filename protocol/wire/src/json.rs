//! JSON bodies, read token by token into shapes and written straight to bytes.

use std::fmt;

use aquifer_schema::{
    Bytes, Kind, Location, Member, Schema, Seen, Shape, Slot, Structure, Timestamp,
    TimestampFormat, Validator, View,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::error::WireError;
use crate::text::{DEPTH_MAX, epoch_text, float_text, format_of, parse_timestamp, timestamp_text};

/// Which members a JSON document holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    /// awsJson: every member, by its model name.
    Model,
    /// restJson: the members not bound elsewhere, by their wire name.
    Wire,
}

impl Names {
    fn of(self, member: &'static Member) -> &'static str {
        match self {
            Self::Model => member.name,
            Self::Wire => member.wire,
        }
    }
}

/// Reads one JSON document into a structure. The caller reports missing members of the top level.
pub(crate) fn read(
    body: &[u8],
    value: &mut dyn Structure,
    names: Names,
    check: &mut Validator,
    seen: &mut Seen,
) -> Result<(), WireError> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let schema = value.schema();
    let fields = Fields { value, schema, names, check, seen: Some(seen) };
    serde::Deserializer::deserialize_any(&mut reader, fields)
        .and_then(|()| reader.end())
        .map_err(|error| WireError::malformed(error.to_string()))
}

/// Reads a payload that is one value rather than a structure.
pub(crate) fn read_value(
    body: &[u8],
    member: &'static Member,
    shape: &mut dyn Shape,
    check: &mut Validator,
) -> Result<(), WireError> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    Seed { shape, member, names: Names::Wire, check }
        .deserialize(&mut reader)
        .and_then(|_| reader.end())
        .map_err(|error| WireError::malformed(error.to_string()))
}

struct Fields<'a> {
    value: &'a mut dyn Structure,
    schema: &'static Schema,
    names: Names,
    check: &'a mut Validator,
    /// Set at the top level, where members may come from elsewhere too.
    seen: Option<&'a mut Seen>,
}

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if self.check.depth() > DEPTH_MAX {
            return Err(A::Error::custom("the request is nested too deeply"));
        }
        let mut own = Seen::default();
        let top = self.seen.is_some();
        let seen = self.seen.unwrap_or(&mut own);
        while let Some(key) = map.next_key::<Key>()? {
            let found = self.schema.members.iter().enumerate().find(|(_, member)| {
                self.names.of(member) == key.0.as_ref()
                    && (self.names == Names::Model || member.location == Location::Body)
            });
            let Some((index, member)) = found else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            self.check.enter(member);
            let shape = self.value.member_mut(index);
            let present =
                map.next_value_seed(Seed { shape, member, names: self.names, check: self.check })?;
            self.check.leave();
            if present {
                seen.mark(index);
            }
        }
        if !top {
            self.check.structure(self.schema, seen);
        }
        Ok(())
    }
}

/// A key without an allocation where the document allows it.
struct Key<'de>(std::borrow::Cow<'de, str>);

impl<'de> serde::Deserialize<'de> for Key<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a member name")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(text.into()))
            }
            fn visit_str<E>(self, text: &str) -> Result<Key<'de>, E> {
                Ok(Key(text.to_owned().into()))
            }
        }
        from.deserialize_str(KeyVisitor)
    }
}

/// One value into one shape; the result says whether it was there (not null).
struct Seed<'a> {
    shape: &'a mut dyn Shape,
    member: &'static Member,
    names: Names,
    check: &'a mut Validator,
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = bool;
    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<bool, D::Error> {
        if self.member.target.kind == Kind::Document {
            let value = <serde_json::Value as serde::Deserialize>::deserialize(from)?;
            if let Slot::Document(slot) = self.shape.fill() {
                *slot = value;
            }
            return Ok(true);
        }
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a value of {}", self.member.target.name)
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<bool, E> {
        match self.shape.fill() {
            Slot::Bool(slot) => *slot = value,
            _ => {
                return Err(E::invalid_type(serde::de::Unexpected::Bool(value), &self.member.name));
            }
        }
        Ok(true)
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<bool, E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            Err(_) => self.visit_f64(value as f64),
        }
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<bool, E> {
        let schema = self.member.target;
        let wrong = || E::invalid_value(serde::de::Unexpected::Signed(value), &schema.name);
        match self.shape.fill() {
            Slot::Int(slot) => *slot = i32::try_from(value).map_err(|_| wrong())?,
            Slot::Long(slot) => *slot = value,
            Slot::Float(slot) => *slot = value as f32,
            Slot::Double(slot) => *slot = value as f64,
            Slot::Time(slot) => *slot = Timestamp::from_secs(value),
            _ => return Err(wrong()),
        }
        self.check.number(schema, value as f64, || value.to_string());
        Ok(true)
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<bool, E> {
        let schema = self.member.target;
        let wrong = || E::invalid_value(serde::de::Unexpected::Float(value), &schema.name);
        match self.shape.fill() {
            Slot::Float(slot) => *slot = value as f32,
            Slot::Double(slot) => *slot = value,
            Slot::Time(slot) => *slot = Timestamp::from_secs_f64(value).ok_or_else(wrong)?,
            // Some clients write whole numbers with a fraction of zero.
            Slot::Int(slot) if value.fract() == 0.0 && value.abs() <= f64::from(i32::MAX) => {
                *slot = value as i32;
            }
            Slot::Long(slot) if value.fract() == 0.0 && value.abs() < 9.2e18 => {
                *slot = value as i64;
            }
            _ => return Err(wrong()),
        }
        self.check.number(schema, value, || value.to_string());
        Ok(true)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<bool, E> {
        let schema = self.member.target;
        let wrong = || E::invalid_value(serde::de::Unexpected::Str(text), &schema.name);
        match self.shape.fill() {
            Slot::Str(slot) => {
                text.clone_into(slot);
                self.check.text(schema, text);
            }
            Slot::Enum(slot) => {
                if !slot.set(text) {
                    self.check.not_in_enum(schema, text);
                }
            }
            Slot::Blob(slot) => {
                *slot = Bytes::from(STANDARD.decode(text).map_err(|_| wrong())?);
                let length = slot.len();
                self.check.size(schema, length);
            }
            Slot::Time(slot) => {
                let format = format_of(self.member, TimestampFormat::Epoch);
                *slot = parse_timestamp(text, format).ok_or_else(wrong)?;
            }
            Slot::Double(slot) => *slot = special(text).ok_or_else(wrong)?,
            Slot::Float(slot) => *slot = special(text).ok_or_else(wrong)? as f32,
            _ => return Err(wrong()),
        }
        Ok(true)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<bool, A::Error> {
        let schema = self.member.target;
        if self.check.depth() > DEPTH_MAX {
            return Err(A::Error::custom("the request is nested too deeply"));
        }
        let Slot::List(list) = self.shape.fill() else {
            return Err(A::Error::invalid_type(serde::de::Unexpected::Seq, &schema.name));
        };
        let element = schema.element();
        let mut index = 0;
        loop {
            self.check.enter_index(index);
            // The end is only known by asking, so the element is read into a place of its own.
            let more = seq.next_element_seed(Element {
                list: &mut *list,
                member: element,
                names: self.names,
                check: self.check,
            })?;
            self.check.leave();
            if more.is_none() {
                break;
            }
            index += 1;
        }
        self.check.size(schema, index);
        Ok(true)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let schema = self.member.target;
        if self.check.depth() > DEPTH_MAX {
            return Err(A::Error::custom("the request is nested too deeply"));
        }
        match self.shape.fill() {
            Slot::Struct(value) => {
                Fields { value, schema, names: self.names, check: self.check, seen: None }
                    .visit_map(map)?;
            }
            Slot::Map(slot) => {
                let (key_member, value_member) = schema.entry();
                while let Some(key) = map.next_key::<String>()? {
                    self.check.enter_key(&key);
                    self.check.text(key_member.target, &key);
                    let shape = slot.insert(key);
                    let (names, check) = (self.names, &mut *self.check);
                    map.next_value_seed(Seed { shape, member: value_member, names, check })?;
                    self.check.leave();
                }
                let length = slot.len();
                self.check.size(schema, length);
            }
            _ => return Err(A::Error::invalid_type(serde::de::Unexpected::Map, &schema.name)),
        }
        Ok(true)
    }
}

struct Element<'a> {
    list: &'a mut dyn aquifer_schema::ListShape,
    member: &'static Member,
    names: Names,
    check: &'a mut Validator,
}

impl<'de> DeserializeSeed<'de> for Element<'_> {
    type Value = bool;
    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<bool, D::Error> {
        let shape = self.list.push();
        Seed { shape, member: self.member, names: self.names, check: self.check }.deserialize(from)
    }
}

fn special(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "Infinity" => Some(f64::INFINITY),
        "-Infinity" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

/// Writes a structure's body members as one JSON object.
pub(crate) fn write(value: &dyn Structure, names: Names, out: &mut Vec<u8>) {
    write_struct(value, names, false, out);
}

/// Writes one value, as a payload.
pub(crate) fn write_member(member: &'static Member, shape: &dyn Shape, out: &mut Vec<u8>) {
    write_value(member, shape.view(), Names::Wire, out);
}

fn write_struct(value: &dyn Structure, names: Names, nested: bool, out: &mut Vec<u8>) {
    out.push(b'{');
    let mut first = true;
    for (index, member) in value.schema().members.iter().enumerate() {
        if names == Names::Wire && !nested && member.location != Location::Body {
            continue;
        }
        let view = value.member(index).view();
        if matches!(view, View::Absent | View::Stream) {
            continue;
        }
        if !std::mem::take(&mut first) {
            out.push(b',');
        }
        write_string(names.of(member), out);
        out.push(b':');
        write_value(member, view, names, out);
    }
    out.push(b'}');
}

fn write_value(member: &'static Member, view: View<'_>, names: Names, out: &mut Vec<u8>) {
    match view {
        View::Absent | View::Stream => out.extend_from_slice(b"null"),
        View::Bool(value) => out.extend_from_slice(if value { b"true" } else { b"false" }),
        View::Int(value) => out.extend_from_slice(value.to_string().as_bytes()),
        View::Float(value) => write_float(f64::from(value), out),
        View::Double(value) => write_float(value, out),
        View::Str(value) => write_string(value, out),
        View::Blob(value) => write_string(&STANDARD.encode(value), out),
        View::Time(value) => match format_of(member, TimestampFormat::Epoch) {
            TimestampFormat::Epoch => out.extend_from_slice(epoch_text(value).as_bytes()),
            format => write_string(&timestamp_text(value, format), out),
        },
        View::Document(value) => out.extend_from_slice(value.to_string().as_bytes()),
        View::Struct(value) => write_struct(value, names, true, out),
        View::List(list) => {
            let element = member.target.element();
            out.push(b'[');
            for index in 0..list.len() {
                if index > 0 {
                    out.push(b',');
                }
                write_value(element, list.get(index).view(), names, out);
            }
            out.push(b']');
        }
        View::Map(map) => {
            let (_, element) = member.target.entry();
            out.push(b'{');
            let mut first = true;
            map.each(&mut |key, value| {
                if !std::mem::take(&mut first) {
                    out.push(b',');
                }
                write_string(key, out);
                out.push(b':');
                write_value(element, value.view(), names, out);
            });
            out.push(b'}');
        }
    }
}

fn write_float(value: f64, out: &mut Vec<u8>) {
    if value.is_finite() {
        out.extend_from_slice(float_text(value).as_bytes());
    } else {
        write_string(&float_text(value), out);
    }
}

pub(crate) fn write_string(text: &str, out: &mut Vec<u8>) {
    // Writing text to memory cannot fail.
    let _ = serde_json::to_writer(out, text);
}
