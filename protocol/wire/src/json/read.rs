//! Tokens of a JSON document into shapes.

use std::borrow::Cow;
use std::fmt;

use aquifer_schema::{
    Bytes, Kind, ListShape, Member, Schema, Seen, Shape, Slot, Structure, Timestamp,
    TimestampFormat, Validator,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::{
    DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor,
};

use super::Names;
use crate::error::WireError;
use crate::text::{format_of, parse_special, parse_timestamp};

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
    serde::Deserializer::deserialize_map(&mut reader, fields)
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

fn too_deep<E: serde::de::Error>() -> E {
    E::custom("the request is nested too deeply or has too many elements")
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
        if !self.check.bears() {
            return Err(too_deep());
        }
        let mut own = Seen::default();
        let top = self.seen.is_some();
        let seen = self.seen.unwrap_or(&mut own);
        let mut next = 0;
        while let Some(key) = map.next_key::<Key>()? {
            let Some((index, member)) = self.names.find(self.schema, &key.0, next) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            next = index + 1;
            // Which of the two counts is not for us to guess.
            if seen.contains(index) {
                return Err(A::Error::custom(format_args!("{} is given twice", member.name)));
            }
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
struct Key<'de>(Cow<'de, str>);

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
            _ => return Err(E::invalid_type(Unexpected::Bool(value), &self.member.name)),
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
        let wrong = || E::invalid_value(Unexpected::Signed(value), &schema.name);
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
        let wrong = || E::invalid_value(Unexpected::Float(value), &schema.name);
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
        let wrong = || {
            let shown: String = text.chars().take(100).collect();
            E::invalid_value(Unexpected::Str(&shown), &schema.name)
        };
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
                self.check.blob(schema, length);
            }
            Slot::Time(slot) => {
                let format = format_of(self.member, TimestampFormat::Epoch);
                *slot = parse_timestamp(text, format).ok_or_else(wrong)?;
            }
            Slot::Double(slot) => *slot = parse_special(text).ok_or_else(wrong)?,
            Slot::Float(slot) => *slot = parse_special(text).ok_or_else(wrong)? as f32,
            _ => return Err(wrong()),
        }
        Ok(true)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<bool, A::Error> {
        let schema = self.member.target;
        if !self.check.bears() {
            return Err(too_deep());
        }
        let Slot::List(list) = self.shape.fill() else {
            return Err(A::Error::invalid_type(Unexpected::Seq, &schema.name));
        };
        let element = schema.element();
        let max = schema.constraints.max.filter(|_| !self.check.is_unchecked());
        let max = max.and_then(|max| usize::try_from(max).ok()).unwrap_or(usize::MAX);
        let mut index = 0;
        loop {
            // One too many is enough to be refused for: the rest takes no memory.
            if index > max {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                break;
            }
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
        self.check.list(schema, list);
        Ok(true)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let schema = self.member.target;
        if !self.check.bears() {
            return Err(too_deep());
        }
        match self.shape.fill() {
            Slot::Struct(value) => {
                Fields { value, schema, names: self.names, check: self.check, seen: None }
                    .visit_map(map)?;
            }
            Slot::Map(slot) => {
                let (key_member, value_member) = schema.entry();
                while let Some(key) = map.next_key::<String>()? {
                    self.check.key(key_member.target, &key);
                    self.check.enter_key(&key);
                    let shape = slot.insert(key);
                    let dense = !matches!(shape.slot(), Slot::Option(_));
                    let (names, check) = (self.names, &mut *self.check);
                    let seed = Seed { shape, member: value_member, names, check };
                    if !map.next_value_seed(seed)? && dense {
                        self.check.null_element();
                    }
                    if !self.check.bears() {
                        return Err(too_deep());
                    }
                    self.check.leave();
                }
                self.check.map(schema, slot);
            }
            _ => return Err(A::Error::invalid_type(Unexpected::Map, &schema.name)),
        }
        Ok(true)
    }
}

struct Element<'a> {
    list: &'a mut dyn ListShape,
    member: &'static Member,
    names: Names,
    check: &'a mut Validator,
}

impl<'de> DeserializeSeed<'de> for Element<'_> {
    type Value = ();
    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        if !self.check.bears() {
            return Err(too_deep());
        }
        let shape = self.list.push();
        let dense = !matches!(shape.slot(), Slot::Option(_));
        let check = &mut *self.check;
        let present =
            Seed { shape, member: self.member, names: self.names, check }.deserialize(from)?;
        if !present && dense {
            self.check.null_element();
        }
        Ok(())
    }
}
