//! Types of columns, with the ids by which fields are known whatever they are called.
//!
//! <https://iceberg.apache.org/spec/#schemas-and-data-types>

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A type.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    Primitive(Primitive),
    Struct(StructType),
    List(Box<ListType>),
    Map(Box<MapType>),
}

/// A type without parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Primitive {
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Decimal { precision: u32, scale: u32 },
    Date,
    Time,
    Timestamp,
    Timestamptz,
    String,
    Uuid,
    Fixed(u64),
    Binary,
}

/// Fields beside each other.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StructType {
    pub fields: Vec<Field>,
}

/// Many of a type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ListType {
    pub element_id: i32,
    pub element_required: bool,
    pub element: Type,
}

/// Values by keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct MapType {
    pub key_id: i32,
    pub key: Type,
    pub value_id: i32,
    pub value_required: bool,
    pub value: Type,
}

/// A named part of a structure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Field {
    pub id: i32,
    pub name: String,
    pub required: bool,
    #[serde(rename = "type")]
    pub field_type: Type,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
}

/// The largest precision of a decimal.
const PRECISION_MAX: u32 = 38;

/// Types of version 3 of the format.
const LATER: [&str; 6] =
    ["timestamp_ns", "timestamptz_ns", "variant", "geometry", "geography", "unknown"];

impl Primitive {
    /// Reads the name of a type.
    ///
    /// # Errors
    /// A sentence on what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let unknown = || format!("Cannot parse type string to primitive: {text}");
        let number = |text: &str| text.trim().parse().map_err(|_| unknown());
        let inner = |prefix: &str, close: char| {
            text.strip_prefix(prefix).and_then(|rest| rest.strip_suffix(close))
        };
        Ok(match text {
            "boolean" => Self::Boolean,
            "int" => Self::Int,
            "long" => Self::Long,
            "float" => Self::Float,
            "double" => Self::Double,
            "date" => Self::Date,
            "time" => Self::Time,
            "timestamp" => Self::Timestamp,
            "timestamptz" => Self::Timestamptz,
            "string" => Self::String,
            "uuid" => Self::Uuid,
            "binary" => Self::Binary,
            _ => {
                if let Some(length) = inner("fixed[", ']') {
                    return Ok(Self::Fixed(length.trim().parse().map_err(|_| unknown())?));
                }
                if let Some(arguments) = inner("decimal(", ')') {
                    let (precision, scale) = arguments.split_once(',').ok_or_else(unknown)?;
                    let (precision, scale) = (number(precision)?, number(scale)?);
                    if precision == 0 || precision > PRECISION_MAX || scale > precision {
                        return Err(format!("Invalid decimal: {text}"));
                    }
                    return Ok(Self::Decimal { precision, scale });
                }
                let name = text.split(['(', '[']).next().unwrap_or(text);
                if LATER.contains(&name) {
                    return Err(format!("Invalid type for {text}: needs format version 3"));
                }
                return Err(unknown());
            }
        })
    }
}

impl fmt::Display for Primitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Boolean => "boolean",
            Self::Int => "int",
            Self::Long => "long",
            Self::Float => "float",
            Self::Double => "double",
            Self::Date => "date",
            Self::Time => "time",
            Self::Timestamp => "timestamp",
            Self::Timestamptz => "timestamptz",
            Self::String => "string",
            Self::Uuid => "uuid",
            Self::Binary => "binary",
            Self::Fixed(length) => return write!(f, "fixed[{length}]"),
            Self::Decimal { precision, scale } => {
                return write!(f, "decimal({precision}, {scale})");
            }
        })
    }
}

impl Type {
    /// Calls for every field id within, and the type it is of.
    pub fn visit(&self, see: &mut dyn FnMut(i32, &Type)) {
        match self {
            Self::Primitive(_) => {}
            Self::Struct(fields) => fields.visit(see),
            Self::List(list) => {
                see(list.element_id, &list.element);
                list.element.visit(see);
            }
            Self::Map(map) => {
                see(map.key_id, &map.key);
                map.key.visit(see);
                see(map.value_id, &map.value);
                map.value.visit(see);
            }
        }
    }

    /// Gives every field within another id.
    pub(crate) fn renumber(&mut self, new_id: &mut dyn FnMut(i32) -> i32) {
        match self {
            Self::Primitive(_) => {}
            Self::Struct(fields) => fields.renumber(new_id),
            Self::List(list) => {
                list.element_id = new_id(list.element_id);
                list.element.renumber(new_id);
            }
            Self::Map(map) => {
                map.key_id = new_id(map.key_id);
                map.value_id = new_id(map.value_id);
                map.key.renumber(new_id);
                map.value.renumber(new_id);
            }
        }
    }
}

impl StructType {
    pub(crate) fn visit(&self, see: &mut dyn FnMut(i32, &Type)) {
        for field in &self.fields {
            see(field.id, &field.field_type);
            field.field_type.visit(see);
        }
    }

    /// The fields of a structure first, then what is within them, as the specification's own
    /// implementation numbers.
    pub(crate) fn renumber(&mut self, new_id: &mut dyn FnMut(i32) -> i32) {
        for field in &mut self.fields {
            field.id = new_id(field.id);
        }
        for field in &mut self.fields {
            field.field_type.renumber(new_id);
        }
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum NestedRef<'a> {
    Struct(&'a StructType),
    List(&'a ListType),
    Map(&'a MapType),
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Nested {
    Struct(StructType),
    List(Box<ListType>),
    Map(Box<MapType>),
}

impl Serialize for Type {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Primitive(primitive) => serializer.collect_str(primitive),
            Self::Struct(fields) => NestedRef::Struct(fields).serialize(serializer),
            Self::List(list) => NestedRef::List(list).serialize(serializer),
            Self::Map(map) => NestedRef::Map(map).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Type {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        if let Some(name) = value.as_str() {
            return Primitive::parse(name).map(Self::Primitive).map_err(D::Error::custom);
        }
        let nested: Nested = serde_json::from_value(value).map_err(D::Error::custom)?;
        Ok(match nested {
            Nested::Struct(fields) => Self::Struct(fields),
            Nested::List(list) => Self::List(list),
            Nested::Map(map) => Self::Map(map),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primitives_are_written_as_they_are_read() {
        for name in ["boolean", "timestamptz", "fixed[16]", "decimal(9, 2)", "uuid", "binary"] {
            assert_eq!(Primitive::parse(name).expect("a type").to_string(), name);
        }
        for bad in ["decimal(39, 2)", "decimal(2)", "fixed[x]", "varchar", "timestamp_ns"] {
            assert!(Primitive::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn nested_types_are_those_of_the_specification() {
        let json = serde_json::json!({
            "type": "map", "key-id": 4, "key": "string", "value-id": 5, "value-required": false,
            "value": { "type": "list", "element-id": 6, "element-required": true,
                "element": { "type": "struct", "fields": [
                    { "id": 7, "name": "a", "required": false, "type": "double" }] } },
        });
        let read: Type = serde_json::from_value(json.clone()).expect("a type");
        assert_eq!(serde_json::to_value(&read).expect("json"), json);
        let mut ids = Vec::new();
        read.visit(&mut |id, _| ids.push(id));
        assert_eq!(ids, [4, 5, 6, 7]);
    }
}
