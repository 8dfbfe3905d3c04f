//! Avro's schemas, with the ids that Iceberg adds.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::error::{Error, Result};

/// A schema.
#[derive(Clone, Debug, PartialEq)]
pub enum Schema {
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    String,
    Fixed(usize),
    Enum(Vec<String>),
    Array(Box<Schema>),
    Map(Box<Schema>),
    Union(Vec<Schema>),
    Record(Vec<SchemaField>),
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct SchemaField {
    pub name: String,
    /// What Iceberg knows it by.
    pub id: Option<i32>,
    pub schema: Schema,
}

/// How deep schemas go; deeper ones are hostile.
const DEPTH_MAX: usize = 32;

impl Schema {
    /// Reads a schema's JSON.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(json: &Json) -> Result<Self> {
        parse(json, &mut BTreeMap::new(), 0)
    }

    /// The fields of a record, or of the records of a list.
    pub fn fields(&self) -> &[SchemaField] {
        match self {
            Self::Record(fields) => fields,
            Self::Union(branches) => {
                // Null or one thing, which may be a list of records.
                let mut fields = branches.iter().map(Self::fields);
                fields.find(|fields| !fields.is_empty()).unwrap_or(&[])
            }
            Self::Array(element) => element.fields(),
            _ => &[],
        }
    }

    /// Where a field of a record stands, by its id.
    pub fn position(&self, id: i32) -> Option<usize> {
        self.fields().iter().position(|field| field.id == Some(id))
    }
}

fn parse(json: &Json, named: &mut BTreeMap<String, Schema>, depth: usize) -> Result<Schema> {
    let bad = || Error::corrupt(format!("Not an Avro schema: {json}"));
    if depth > DEPTH_MAX {
        return Err(Error::corrupt("The Avro schema is too deep"));
    }
    match json {
        Json::String(name) => by_name(name, named).ok_or_else(bad),
        Json::Array(branches) => {
            let branches = branches.iter().map(|branch| parse(branch, named, depth + 1));
            Ok(Schema::Union(branches.collect::<Result<_>>()?))
        }
        Json::Object(object) => {
            let kind = object.get("type").ok_or_else(bad)?;
            let Some(name) = kind.as_str() else { return parse(kind, named, depth + 1) };
            let within = |key: &str| object.get(key).ok_or_else(bad);
            let schema = match name {
                "array" => Schema::Array(Box::new(parse(within("items")?, named, depth + 1)?)),
                "map" => Schema::Map(Box::new(parse(within("values")?, named, depth + 1)?)),
                "fixed" => {
                    let size = within("size")?.as_u64().ok_or_else(bad)?;
                    Schema::Fixed(usize::try_from(size).map_err(|_| bad())?)
                }
                "enum" => {
                    let symbols = within("symbols")?.as_array().ok_or_else(bad)?;
                    let symbols = symbols.iter().map(|s| s.as_str().map(str::to_owned));
                    Schema::Enum(symbols.collect::<Option<_>>().ok_or_else(bad)?)
                }
                "record" => {
                    let fields = within("fields")?.as_array().ok_or_else(bad)?;
                    let field = |json: &Json, named: &mut _| {
                        let name = json.get("name").and_then(Json::as_str).ok_or_else(bad)?;
                        let id = json.get("field-id").and_then(Json::as_i64);
                        let id = id.and_then(|id| i32::try_from(id).ok());
                        let schema = json.get("type").ok_or_else(bad)?;
                        let schema = parse(schema, named, depth + 1)?;
                        Ok(SchemaField { name: name.to_owned(), id, schema })
                    };
                    let fields = fields.iter().map(|json| field(json, named));
                    Schema::Record(fields.collect::<Result<_>>()?)
                }
                primitive => return by_name(primitive, named).ok_or_else(bad),
            };
            if let Some(name) = object.get("name").and_then(Json::as_str) {
                named.insert(name.to_owned(), schema.clone());
            }
            Ok(schema)
        }
        _ => Err(bad()),
    }
}

fn by_name(name: &str, named: &BTreeMap<String, Schema>) -> Option<Schema> {
    Some(match name {
        "null" => Schema::Null,
        "boolean" => Schema::Boolean,
        "int" => Schema::Int,
        "long" => Schema::Long,
        "float" => Schema::Float,
        "double" => Schema::Double,
        "bytes" => Schema::Bytes,
        "string" => Schema::String,
        other => return named.get(other).cloned(),
    })
}
