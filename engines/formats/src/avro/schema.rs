//! Avro schemas as files state them: JSON, with named types that may be used before and after.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

/// Schemas nested deeper are refused.
const DEPTH_MAX: usize = 64;
/// More schemas than this in one are refused.
const NODES_MAX: usize = 20_000;

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Schema {
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    String,
    Fixed(usize),
    Enum(Arc<Vec<String>>),
    Array(Box<Schema>),
    Map(Box<Schema>),
    Record(Arc<Vec<Field>>),
    Union(Vec<Schema>),
    /// Days since the epoch, in an int.
    Date,
    /// Milliseconds since the epoch, in a long.
    TimestampMillis,
    /// Microseconds since the epoch, in a long.
    TimestampMicros,
    /// An unscaled number, big-endian, in bytes or so many of them.
    Decimal {
        scale: u8,
        fixed: Option<usize>,
    },
    /// A type that contains itself.
    Named(String),
}

/// A field of a record.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) default: Option<Value>,
    pub(crate) schema: Schema,
}

struct Reader {
    known: HashMap<String, Schema>,
    /// Types being read.
    open: Vec<String>,
    nodes: usize,
}

impl Schema {
    /// Reads a schema's JSON.
    pub(crate) fn parse(text: &str) -> Result<Schema, String> {
        let value: Value = serde_json::from_str(text).map_err(|e| format!("its schema: {e}"))?;
        let mut reader = Reader { known: HashMap::new(), open: Vec::new(), nodes: 0 };
        reader.schema(&value, "", 0)
    }

    /// The fields of a record.
    pub(crate) fn fields(&self) -> Option<&Arc<Vec<Field>>> {
        match self {
            Schema::Record(fields) => Some(fields),
            _ => None,
        }
    }
}

impl Reader {
    fn schema(&mut self, value: &Value, space: &str, depth: usize) -> Result<Schema, String> {
        self.nodes += 1;
        if depth > DEPTH_MAX || self.nodes > NODES_MAX {
            return Err("its schema is too deep or too large".to_owned());
        }
        match value {
            Value::String(name) => self.named(name, space),
            Value::Array(branches) => branches
                .iter()
                .map(|branch| self.schema(branch, space, depth + 1))
                .collect::<Result<_, _>>()
                .map(Schema::Union),
            Value::Object(object) => {
                let kind = object.get("type").ok_or("its schema lacks a type")?;
                let Value::String(kind) = kind else {
                    // `{"type": {"type": "string"}}`
                    return self.schema(kind, space, depth + 1);
                };
                let inner = |key: &str| {
                    object.get(key).ok_or_else(|| format!("its schema lacks {key} of a {kind}"))
                };
                match kind.as_str() {
                    "array" => {
                        let items = self.schema(inner("items")?, space, depth + 1)?;
                        Ok(Schema::Array(Box::new(items)))
                    }
                    "map" => {
                        let values = self.schema(inner("values")?, space, depth + 1)?;
                        Ok(Schema::Map(Box::new(values)))
                    }
                    "record" | "error" | "enum" | "fixed" => {
                        self.definition(kind, object, space, depth)
                    }
                    name => Ok(logical(self.named(name, space)?, object)),
                }
            }
            _ => Err("its schema is none of Avro's".to_owned()),
        }
    }

    fn named(&self, name: &str, space: &str) -> Result<Schema, String> {
        Ok(match name {
            "null" => Schema::Null,
            "boolean" => Schema::Boolean,
            "int" => Schema::Int,
            "long" => Schema::Long,
            "float" => Schema::Float,
            "double" => Schema::Double,
            "bytes" => Schema::Bytes,
            "string" => Schema::String,
            name => {
                let full = full_name(name, space);
                if self.open.contains(&full) {
                    return Ok(Schema::Named(full));
                }
                let known = self.known.get(&full).or_else(|| self.known.get(name));
                known.cloned().ok_or_else(|| format!("its schema names an unknown type {name}"))?
            }
        })
    }

    /// A type with a name: a record, an enum or a fixed.
    fn definition(
        &mut self,
        kind: &str,
        object: &serde_json::Map<String, Value>,
        space: &str,
        depth: usize,
    ) -> Result<Schema, String> {
        let text = |key: &str| object.get(key).and_then(Value::as_str);
        let name = text("name").ok_or_else(|| format!("its schema lacks the name of a {kind}"))?;
        let full = full_name(name, text("namespace").unwrap_or(space));
        let space = full.rsplit_once('.').map_or("", |(space, _)| space).to_owned();
        let schema = match kind {
            "fixed" => {
                let size = object.get("size").and_then(Value::as_u64);
                let size = size.and_then(|size| usize::try_from(size).ok());
                let size = size.filter(|size| *size <= 1 << 20).ok_or("its schema lacks a size")?;
                logical(Schema::Fixed(size), object)
            }
            "enum" => {
                let symbols = object.get("symbols").and_then(Value::as_array);
                let symbols = symbols.into_iter().flatten();
                let symbols = symbols.map(|s| s.as_str().unwrap_or_default().to_owned());
                Schema::Enum(Arc::new(symbols.collect()))
            }
            _ => {
                self.open.push(full.clone());
                let fields = object.get("fields").and_then(Value::as_array);
                let fields = fields.ok_or("its schema lacks the fields of a record")?;
                let read = fields.iter().map(|field| self.field(field, &space, depth));
                let read = read.collect::<Result<Vec<_>, _>>()?;
                self.open.pop();
                Schema::Record(Arc::new(read))
            }
        };
        self.known.insert(full, schema.clone());
        Ok(schema)
    }

    fn field(&mut self, field: &Value, space: &str, depth: usize) -> Result<Field, String> {
        let name = field.get("name").and_then(Value::as_str);
        let name = name.ok_or("its schema lacks the name of a field")?;
        let kind = field.get("type").ok_or("its schema lacks the type of a field")?;
        let aliases = field.get("aliases").and_then(Value::as_array).into_iter().flatten();
        Ok(Field {
            name: name.to_owned(),
            aliases: aliases.filter_map(|a| a.as_str().map(str::to_owned)).collect(),
            default: field.get("default").cloned(),
            schema: self.schema(kind, space, depth + 1)?,
        })
    }
}

fn full_name(name: &str, space: &str) -> String {
    match name.contains('.') || space.is_empty() {
        true => name.to_owned(),
        false => format!("{space}.{name}"),
    }
}

/// A type with what it stands for, where that is known here.
fn logical(schema: Schema, object: &serde_json::Map<String, Value>) -> Schema {
    let number = |key: &str| object.get(key).and_then(Value::as_u64);
    let name = object.get("logicalType").and_then(Value::as_str).unwrap_or_default();
    match (name, schema) {
        ("date", Schema::Int) => Schema::Date,
        ("timestamp-millis" | "local-timestamp-millis", Schema::Long) => Schema::TimestampMillis,
        ("timestamp-micros" | "local-timestamp-micros", Schema::Long) => Schema::TimestampMicros,
        ("decimal", schema @ (Schema::Bytes | Schema::Fixed(_))) => {
            let scale = u8::try_from(number("scale").unwrap_or(0)).unwrap_or(u8::MAX);
            let fixed = match schema {
                Schema::Fixed(size) => Some(size),
                _ => None,
            };
            // Wider numbers than any column holds stay bytes.
            match scale <= 38 && fixed.is_none_or(|size| size <= 64) {
                true => Schema::Decimal { scale, fixed },
                false => schema,
            }
        }
        (_, schema) => schema,
    }
}
