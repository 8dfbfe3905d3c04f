//! Avro says what it is at the beginning of the file: its header holds the schema.
//!
//! <https://avro.apache.org/docs/1.11.1/specification/#object-container-files>

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::{Classification, Inference};
use crate::compression::Compression;
use crate::hive::HiveType;

const MAGIC: &[u8] = b"Obj\x01";
/// Types within types that are followed.
const DEPTH_MAX: usize = 50;
/// Bytes of the mark between blocks.
const SYNC: usize = 16;

/// Reads a header; `None` if there is none, or no record in it.
pub(super) fn infer(head: &[u8], full: bool) -> Option<Inference> {
    let mut reader = Reader { bytes: head.strip_prefix(MAGIC)? };
    let metadata = reader.metadata()?;
    let schema = std::str::from_utf8(metadata.get("avro.schema")?).ok()?;
    let mut inference = Inference::new(Classification::Avro, Compression::None);
    inference.columns = avro_columns(schema).ok()?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    inference.metadata.insert("avro.schema.literal".to_owned(), schema.to_owned());
    let codec = metadata.get("avro.codec").map_or_else(|| "null".to_owned(), |bytes| text(bytes));
    inference.metadata.insert("codec".to_owned(), codec);
    reader.take(SYNC)?;
    let before = head.len() - reader.bytes.len();
    let rows = reader.rows();
    inference.measure(rows, head.len() - before, head.len(), head.len());
    inference.row_count = full.then_some(rows);
    Some(inference)
}

/// The columns of a record, as Hive has their types.
///
/// # Errors
/// Why the schema is none of a record, in words.
pub fn avro_columns(schema: &str) -> Result<Vec<(String, HiveType)>, String> {
    let schema: Value = serde_json::from_str(schema).map_err(|why| why.to_string())?;
    let mut types = Types { named: HashMap::new(), depth: 0 };
    match types.of(&schema, "")? {
        HiveType::Struct(fields) => {
            let mut names = HashSet::new();
            let columns = fields.into_iter().map(|(name, ty)| (name.to_lowercase(), ty));
            Ok(columns.filter(|(name, _)| names.insert(name.clone())).collect())
        }
        other => Err(format!("the schema is of {other}, not of a record")),
    }
}

/// Types that have names, by their full names.
struct Types {
    named: HashMap<String, HiveType>,
    depth: usize,
}

impl Types {
    fn of(&mut self, schema: &Value, namespace: &str) -> Result<HiveType, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err("the schema is nested too deeply".to_owned());
        }
        let ty = match schema {
            Value::String(name) => self.by_name(name, namespace),
            Value::Array(branches) => self.union(branches, namespace),
            Value::Object(declared) => self.declared(declared, namespace),
            other => Err(format!("{other} is no type")),
        };
        self.depth -= 1;
        ty
    }

    fn by_name(&self, name: &str, namespace: &str) -> Result<HiveType, String> {
        Ok(match name {
            "null" => HiveType::Void,
            "boolean" => HiveType::Boolean,
            "int" => HiveType::Int,
            "long" => HiveType::BigInt,
            "float" => HiveType::Float,
            "double" => HiveType::Double,
            "bytes" => HiveType::Binary,
            "string" => HiveType::String,
            name => {
                let known = self.named.get(&full(name, namespace)).or_else(|| self.named.get(name));
                return known.cloned().ok_or_else(|| format!("{name} is not declared"));
            }
        })
    }

    /// What may be null is what it else is; of several, the type that holds all.
    fn union(&mut self, branches: &[Value], namespace: &str) -> Result<HiveType, String> {
        let mut all = HiveType::Void;
        for branch in branches {
            all = all.merge(&self.of(branch, namespace)?);
        }
        Ok(all)
    }

    fn declared(
        &mut self,
        declared: &Map<String, Value>,
        namespace: &str,
    ) -> Result<HiveType, String> {
        let part = |name: &str| declared.get(name).ok_or_else(|| format!("{name} is missing"));
        let text = |name: &str| declared.get(name).and_then(Value::as_str);
        let kind = part("type")?;
        if let Some(logical) = text("logicalType").and_then(|name| logical(name, declared)) {
            self.name(declared, namespace, &logical);
            return Ok(logical);
        }
        match kind.as_str() {
            Some("record" | "error") => {
                let name =
                    full(text("name").unwrap_or_default(), text("namespace").unwrap_or(namespace));
                let inner = name.rsplit_once('.').map_or("", |(outer, _)| outer).to_owned();
                // A record that holds itself has no type in Hive: its inner ones are text.
                self.named.insert(name.clone(), HiveType::String);
                let mut fields = Vec::new();
                for field in part("fields")?.as_array().into_iter().flatten() {
                    let own = field.get("name").and_then(Value::as_str).unwrap_or_default();
                    let ty = field.get("type").ok_or_else(|| format!("field {own} has no type"))?;
                    fields.push((own.to_owned(), self.of(ty, &inner)?));
                }
                let record = HiveType::Struct(fields);
                self.named.insert(name, record.clone());
                Ok(record)
            }
            Some("enum") => {
                self.name(declared, namespace, &HiveType::String);
                Ok(HiveType::String)
            }
            Some("fixed") => {
                self.name(declared, namespace, &HiveType::Binary);
                Ok(HiveType::Binary)
            }
            Some("array") => Ok(HiveType::Array(Box::new(self.of(part("items")?, namespace)?))),
            Some("map") => {
                let values = self.of(part("values")?, namespace)?;
                Ok(HiveType::Map(Box::new(HiveType::String), Box::new(values)))
            }
            _ => self.of(kind, namespace),
        }
    }

    fn name(&mut self, declared: &Map<String, Value>, namespace: &str, ty: &HiveType) {
        let text = |name: &str| declared.get(name).and_then(Value::as_str);
        if let Some(name) = text("name") {
            let name = full(name, text("namespace").unwrap_or(namespace));
            self.named.insert(name, ty.clone());
        }
    }
}

fn full(name: &str, namespace: &str) -> String {
    match name.contains('.') || namespace.is_empty() {
        true => name.to_owned(),
        false => format!("{namespace}.{name}"),
    }
}

fn logical(name: &str, declared: &Map<String, Value>) -> Option<HiveType> {
    match name {
        "date" => Some(HiveType::Date),
        "timestamp-millis"
        | "timestamp-micros"
        | "local-timestamp-millis"
        | "local-timestamp-micros" => Some(HiveType::Timestamp),
        "decimal" => {
            let number = |name: &str| declared.get(name).and_then(Value::as_u64);
            let precision =
                u8::try_from(number("precision")?).ok().filter(|p| (1..=38).contains(p))?;
            let scale = u8::try_from(number("scale").unwrap_or(0)).ok()?;
            (scale <= precision).then_some(HiveType::Decimal(precision, scale))
        }
        _ => None,
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    /// The pairs of the header.
    fn metadata(&mut self) -> Option<HashMap<String, &'a [u8]>> {
        let mut pairs = HashMap::new();
        loop {
            let count = self.long()?;
            if count == 0 {
                return Some(pairs);
            }
            if count < 0 {
                self.long()?;
            }
            for _ in 0..count.unsigned_abs() {
                let key = self.block()?;
                let value = self.block()?;
                pairs.insert(String::from_utf8_lossy(key).into_owned(), value);
            }
        }
    }

    /// Rows of the blocks that begin here.
    fn rows(&mut self) -> u64 {
        let mut rows = 0;
        while let Some(count) = self.long() {
            rows += u64::try_from(count).unwrap_or(0);
            let whole = self.block().and_then(|_| self.take(SYNC));
            if whole.is_none() {
                break;
            }
        }
        rows
    }

    fn block(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.long()?).ok()?;
        self.take(length)
    }

    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(taken)
    }

    /// A number in zigzag, seven bits a byte.
    fn long(&mut self) -> Option<i64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.bytes.split_first()?;
            self.bytes = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some((value >> 1) as i64 ^ -((value & 1) as i64));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(schema: &str) -> String {
        let columns = avro_columns(schema).unwrap();
        columns.iter().map(|(name, ty)| format!("{name}:{ty}")).collect::<Vec<_>>().join(" ")
    }

    fn record(fields: &str) -> String {
        format!(r#"{{"type":"record","name":"r","namespace":"a.b","fields":[{fields}]}}"#)
    }

    #[test]
    fn records_have_columns() {
        let fields = r#"{"name":"Id","type":"long"},{"name":"n","type":["null","int"]},
            {"name":"d","type":{"type":"int","logicalType":"date"}},
            {"name":"p","type":{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}},
            {"name":"t","type":{"type":"array","items":"string"}},
            {"name":"m","type":{"type":"map","values":{"type":"fixed","name":"f","size":4}}},
            {"name":"e","type":{"type":"enum","name":"e","symbols":["A"]}},
            {"name":"again","type":"f"},{"name":"x","type":["null","int","string"]}"#;
        assert_eq!(
            told(&record(fields)),
            "id:bigint n:int d:date p:decimal(9,2) t:array<string> m:map<string,binary> e:string \
             again:binary x:string"
        );
        assert!(avro_columns(r#""int""#).is_err());
        assert!(avro_columns(&record(r#"{"name":"a","type":"absent"}"#)).is_err());
        let own = r#"{"name":"v","type":"int"},{"name":"next","type":["null","r"]}"#;
        assert_eq!(told(&record(own)), "v:int next:string");
    }

    #[test]
    fn a_header_is_read_with_its_rows() {
        let schema = record(r#"{"name":"a","type":"int"}"#);
        let mut file = MAGIC.to_vec();
        let long = |n: i64, file: &mut Vec<u8>| {
            let mut value = ((n << 1) ^ (n >> 63)) as u64;
            while value > 0x7f {
                file.push((value & 0x7f) as u8 | 0x80);
                value >>= 7;
            }
            file.push(value as u8);
        };
        let text = |text: &[u8], file: &mut Vec<u8>| {
            long(text.len() as i64, file);
            file.extend_from_slice(text);
        };
        long(1, &mut file);
        text(b"avro.schema", &mut file);
        text(schema.as_bytes(), &mut file);
        long(0, &mut file);
        file.extend_from_slice(&[7; SYNC]);
        long(3, &mut file);
        text(&[2, 4, 6], &mut file);
        file.extend_from_slice(&[7; SYNC]);
        let inference = infer(&file, true).unwrap();
        assert_eq!(inference.columns, [("a".to_owned(), HiveType::Int)]);
        assert_eq!(inference.row_count, Some(3));
        assert!(infer(&file[..40], false).is_none());
    }
}
