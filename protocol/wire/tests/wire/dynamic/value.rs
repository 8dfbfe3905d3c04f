//! Values over schemas, laid out as generated structures are: required members always there, others
//! optional, elements of lists and maps never absent.

use std::any::Any;
use std::collections::BTreeMap;

use aquifer_schema::{
    ByteStream, Bytes, Document, EnumShape, EventStream, Kind, ListShape, MapShape, Member,
    OptionShape, Schema, Shape, Slot, Structure, Timestamp, View,
};
use serde_json::{Map, Number, Value as Json};

/// A structure of any schema.
pub struct Dynamic {
    schema: &'static Schema,
    members: Vec<Cell>,
}

/// A place for a value.
pub struct Cell {
    schema: &'static Schema,
    stream: bool,
    optional: bool,
    value: Option<Value>,
}

/// A value of a model.
pub enum Value {
    Bool(bool),
    Int(i32),
    Long(i64),
    Float(f32),
    Double(f64),
    Str(String),
    Blob(Bytes),
    Time(Timestamp),
    Document(Document),
    Enum(Choice),
    Struct(Dynamic),
    List(List),
    Map(Entries),
    Stream(ByteStream),
    Events(EventStream),
}

/// A value of an enumeration.
pub struct Choice {
    schema: &'static Schema,
    text: &'static str,
}

/// A list of cells.
pub struct List {
    schema: &'static Schema,
    items: Vec<Cell>,
}

/// A map of cells.
pub struct Entries {
    schema: &'static Schema,
    items: BTreeMap<String, Cell>,
}

impl Dynamic {
    pub fn new(schema: &'static Schema) -> Self {
        let cell = |member: &'static Member| Cell::new(member, !member.required);
        Self { schema, members: schema.members.iter().map(cell).collect() }
    }

    /// From the form the test cases write parameters and results in.
    pub fn from_json(schema: &'static Schema, json: &Json) -> Result<Self, String> {
        let mut value = Self::new(schema);
        let object = json.as_object().ok_or_else(|| format!("{} from {json}", schema.name))?;
        for name in object.keys() {
            if !schema.members.iter().any(|member| member.name == name) {
                return Err(format!("{} has no {name}", schema.name));
            }
        }
        for (cell, member) in value.members.iter_mut().zip(schema.members) {
            if let Some(json) = object.get(member.name) {
                cell.set(json)?;
            }
        }
        Ok(value)
    }

    /// Into the form of the test cases; takes what is streamed.
    pub fn take_json(&mut self) -> Json {
        let mut object = Map::new();
        for (cell, member) in self.members.iter_mut().zip(self.schema.members) {
            if let Some(json) = cell.take_json() {
                object.insert(member.name.to_owned(), json);
            }
        }
        Json::Object(object)
    }
}

impl Cell {
    fn new(member: &'static Member, optional: bool) -> Self {
        let mut cell = Self { schema: member.target, stream: member.stream, optional, value: None };
        if !optional || matches!(cell.schema.kind, Kind::EventStream | Kind::Stream) || cell.stream
        {
            cell.optional = false;
            cell.value = Some(cell.empty());
        }
        cell
    }

    fn empty(&self) -> Value {
        if self.stream { Value::Stream(ByteStream::empty()) } else { Value::new(self.schema) }
    }

    fn set(&mut self, json: &Json) -> Result<(), String> {
        self.value = match json {
            Json::Null if self.optional && self.schema.kind != Kind::Document => None,
            json if self.stream => Some(Value::Stream(
                json.as_str().ok_or("a stream is text")?.to_owned().into_bytes().into(),
            )),
            json => Some(Value::from_json(self.schema, json)?),
        };
        Ok(())
    }

    fn take_json(&mut self) -> Option<Json> {
        self.value.as_mut().and_then(Value::take_json)
    }
}

impl Value {
    pub fn new(schema: &'static Schema) -> Self {
        match schema.kind {
            Kind::Structure | Kind::Union => Self::Struct(Dynamic::new(schema)),
            Kind::List => Self::List(List { schema, items: Vec::new() }),
            Kind::Map => Self::Map(Entries { schema, items: BTreeMap::new() }),
            Kind::String => Self::Str(String::new()),
            Kind::Enum => Self::Enum(Choice { schema, text: schema.values[0] }),
            Kind::Integer => Self::Int(0),
            Kind::Long => Self::Long(0),
            Kind::Float => Self::Float(0.0),
            Kind::Double => Self::Double(0.0),
            Kind::Boolean => Self::Bool(false),
            Kind::Blob => Self::Blob(Bytes::new()),
            Kind::Timestamp => Self::Time(Timestamp::EPOCH),
            Kind::Document => Self::Document(Json::Null),
            Kind::Stream => Self::Stream(ByteStream::empty()),
            Kind::EventStream => Self::Events(EventStream::default()),
        }
    }

    fn from_json(schema: &'static Schema, json: &Json) -> Result<Self, String> {
        let wrong = || format!("{json} is not a {}", schema.name);
        let text = || json.as_str().ok_or_else(wrong);
        let double = || match json {
            Json::String(text) => text.parse::<f64>().map_err(|_| wrong()),
            json => json.as_f64().ok_or_else(wrong),
        };
        Ok(match schema.kind {
            Kind::Structure | Kind::Union => Self::Struct(Dynamic::from_json(schema, json)?),
            Kind::List => {
                let mut list = List { schema, items: Vec::new() };
                for item in json.as_array().ok_or_else(wrong)? {
                    list.add().set(item)?;
                }
                Self::List(list)
            }
            Kind::Map => {
                let mut map = Entries { schema, items: BTreeMap::new() };
                for (key, item) in json.as_object().ok_or_else(wrong)? {
                    map.add(key.clone()).set(item)?;
                }
                Self::Map(map)
            }
            // Some text is JSON; the cases write it as such.
            Kind::String if json.is_object() => Self::Str(json.to_string()),
            Kind::String => Self::Str(text()?.to_owned()),
            Kind::Enum => {
                let mut choice = Choice { schema, text: "" };
                if !choice.set(text()?) {
                    return Err(wrong());
                }
                Self::Enum(choice)
            }
            Kind::Integer => {
                let value = json.as_i64().and_then(|value| value.try_into().ok());
                Self::Int(value.ok_or_else(wrong)?)
            }
            Kind::Long => Self::Long(json.as_i64().ok_or_else(wrong)?),
            Kind::Float => Self::Float(double()? as f32),
            Kind::Double => Self::Double(double()?),
            Kind::Boolean => Self::Bool(json.as_bool().ok_or_else(wrong)?),
            Kind::Blob => Self::Blob(text()?.to_owned().into()),
            Kind::Timestamp => Self::Time(match json {
                Json::String(text) => Timestamp::parse_rfc3339(text).ok_or_else(wrong)?,
                json => json.as_f64().and_then(Timestamp::from_secs_f64).ok_or_else(wrong)?,
            }),
            Kind::Document => Self::Document(json.clone()),
            Kind::Stream | Kind::EventStream => return Err(wrong()),
        })
    }

    fn take_json(&mut self) -> Option<Json> {
        Some(match self {
            Self::Bool(value) => Json::Bool(*value),
            Self::Int(value) => Json::from(*value),
            Self::Long(value) => Json::from(*value),
            Self::Float(value) => number(f64::from(*value)),
            Self::Double(value) => number(*value),
            Self::Str(value) => Json::String(value.clone()),
            Self::Blob(value) => Json::String(String::from_utf8_lossy(value).into_owned()),
            Self::Time(value) => number(value.as_secs_f64()),
            Self::Document(value) => value.clone(),
            Self::Enum(choice) => Json::String(choice.text.to_owned()),
            Self::Struct(value) => value.take_json(),
            Self::List(list) => {
                list.items.iter_mut().map(|item| item.take_json().unwrap_or(Json::Null)).collect()
            }
            Self::Map(map) => {
                let entries = map.items.iter_mut();
                Json::Object(
                    entries
                        .map(|(key, item)| (key.clone(), item.take_json().unwrap_or(Json::Null)))
                        .collect(),
                )
            }
            Self::Stream(stream) => {
                let bytes = stream.take_whole().unwrap_or_default();
                if bytes.is_empty() {
                    return None;
                }
                Json::String(String::from_utf8_lossy(&bytes).into_owned())
            }
            Self::Events(_) => return None,
        })
    }
}

/// A number, or the text the test cases have for what JSON cannot hold.
fn number(value: f64) -> Json {
    if value.is_nan() {
        return Json::from("NaN");
    }
    if value.is_infinite() {
        return Json::from(if value > 0.0 { "Infinity" } else { "-Infinity" });
    }
    Number::from_f64(value).map_or(Json::Null, Json::Number)
}

/// Models say of few lists and maps that they may hold nulls; botocore's say it of none, so the test
/// cases' own names have to.
fn sparse(schema: &Schema) -> bool {
    schema.name.starts_with("Sparse")
}

impl List {
    fn add(&mut self) -> &mut Cell {
        self.items.push(Cell::new(self.schema.element(), sparse(self.schema)));
        self.items.last_mut().expect("just pushed")
    }
}

impl Entries {
    fn add(&mut self, key: String) -> &mut Cell {
        let cell = Cell::new(self.schema.entry().1, sparse(self.schema));
        let place = self.items.entry(key);
        let place = place.insert_entry(cell);
        place.into_mut()
    }
}

impl Shape for Cell {
    fn view(&self) -> View<'_> {
        self.value.as_ref().map_or(View::Absent, Value::view)
    }
    fn slot(&mut self) -> Slot<'_> {
        if self.optional {
            return Slot::Option(self);
        }
        self.value.as_mut().expect("a required value is always there").slot()
    }
}

impl OptionShape for Cell {
    fn insert(&mut self) -> &mut dyn Shape {
        let value = self.empty();
        self.value.insert(value)
    }
    fn current(&mut self) -> &mut dyn Shape {
        let empty = self.empty();
        self.value.get_or_insert(empty)
    }
}

impl Shape for Value {
    fn view(&self) -> View<'_> {
        match self {
            Self::Bool(value) => View::Bool(*value),
            Self::Int(value) => View::Int(i64::from(*value)),
            Self::Long(value) => View::Int(*value),
            Self::Float(value) => View::Float(*value),
            Self::Double(value) => View::Double(*value),
            Self::Str(value) => View::Str(value),
            Self::Blob(value) => View::Blob(value),
            Self::Time(value) => View::Time(*value),
            Self::Document(value) => View::Document(value),
            Self::Enum(value) => View::Str(value.text),
            Self::Struct(value) => View::Struct(value),
            Self::List(value) => View::List(value),
            Self::Map(value) => View::Map(value),
            Self::Stream(_) | Self::Events(_) => View::Stream,
        }
    }
    fn slot(&mut self) -> Slot<'_> {
        match self {
            Self::Bool(value) => Slot::Bool(value),
            Self::Int(value) => Slot::Int(value),
            Self::Long(value) => Slot::Long(value),
            Self::Float(value) => Slot::Float(value),
            Self::Double(value) => Slot::Double(value),
            Self::Str(value) => Slot::Str(value),
            Self::Blob(value) => Slot::Blob(value),
            Self::Time(value) => Slot::Time(value),
            Self::Document(value) => Slot::Document(value),
            Self::Enum(value) => Slot::Enum(value),
            Self::Struct(value) => Slot::Struct(value),
            Self::List(value) => Slot::List(value),
            Self::Map(value) => Slot::Map(value),
            Self::Stream(value) => Slot::Stream(value),
            Self::Events(value) => Slot::Events(value),
        }
    }
}

impl Structure for Dynamic {
    fn schema(&self) -> &'static Schema {
        self.schema
    }
    fn member(&self, index: usize) -> &dyn Shape {
        &self.members[index]
    }
    fn member_mut(&mut self, index: usize) -> &mut dyn Shape {
        &mut self.members[index]
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
    fn into_any(self: Box<Self>) -> Box<dyn Any + Send> {
        self
    }
}

impl EnumShape for Choice {
    fn text(&self) -> &'static str {
        self.text
    }
    fn set(&mut self, text: &str) -> bool {
        let found = self.schema.values.iter().find(|value| **value == text);
        found.map(|value| self.text = value).is_some()
    }
}

impl ListShape for List {
    fn len(&self) -> usize {
        self.items.len()
    }
    fn get(&self, index: usize) -> &dyn Shape {
        &self.items[index]
    }
    fn push(&mut self) -> &mut dyn Shape {
        self.add()
    }
}

impl MapShape for Entries {
    fn len(&self) -> usize {
        self.items.len()
    }
    fn each(&self, visit: &mut dyn FnMut(&str, &dyn Shape)) {
        for (key, value) in &self.items {
            visit(key, value);
        }
    }
    fn insert(&mut self, key: String) -> &mut dyn Shape {
        self.add(key)
    }
}

impl Shape for Dynamic {
    fn view(&self) -> View<'_> {
        View::Struct(self)
    }
    fn slot(&mut self) -> Slot<'_> {
        Slot::Struct(self)
    }
}
