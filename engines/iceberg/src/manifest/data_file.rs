//! What a manifest says of a file.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::{Fields, or_null};
use crate::avro::Value;
use crate::error::{Error, Result};

/// What is in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Content {
    /// Rows.
    #[default]
    Data,
    /// Places of rows that are deleted.
    PositionDeletes,
    /// Values of rows that are deleted.
    EqualityDeletes,
}

/// A file of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DataFile {
    pub content: Content,
    pub file_path: String,
    /// `PARQUET`, `AVRO` or `ORC`.
    pub file_format: String,
    /// Values of the fields of its partition spec, as Avro has them.
    pub partition: Vec<Value>,
    pub record_count: i64,
    pub file_size_in_bytes: i64,
    pub column_sizes: BTreeMap<i32, i64>,
    pub value_counts: BTreeMap<i32, i64>,
    pub null_value_counts: BTreeMap<i32, i64>,
    pub nan_value_counts: BTreeMap<i32, i64>,
    pub lower_bounds: BTreeMap<i32, Vec<u8>>,
    pub upper_bounds: BTreeMap<i32, Vec<u8>>,
    pub key_metadata: Option<Vec<u8>>,
    pub split_offsets: Option<Vec<i64>>,
    pub equality_ids: Option<Vec<i32>>,
    pub sort_order_id: Option<i32>,
    /// The one file that deletes of positions are of.
    pub referenced_data_file: Option<String>,
}

impl DataFile {
    /// Reads it, its partition's values in the order of a spec's field ids.
    pub(super) fn read(fields: Fields<'_>, partition_ids: &[i32]) -> Result<Self> {
        let content = match fields.maybe_int(134)?.unwrap_or(0) {
            0 => Content::Data,
            1 => Content::PositionDeletes,
            2 => Content::EqualityDeletes,
            other => return Err(Error::corrupt(format!("Unknown content of a file: {other}"))),
        };
        let partition = match fields.record(102) {
            Ok(partition) => partition_ids.iter().map(|id| partition.get(*id).clone()).collect(),
            Err(_) if partition_ids.is_empty() => Vec::new(),
            Err(error) => return Err(error),
        };
        let longs = |id: i32| -> BTreeMap<i32, i64> {
            pairs(fields.get(id)).filter_map(|(k, v)| Some((k, v.as_long()?))).collect()
        };
        let bytes = |id: i32| -> BTreeMap<i32, Vec<u8>> {
            pairs(fields.get(id)).filter_map(|(k, v)| Some((k, v.as_bytes()?.to_vec()))).collect()
        };
        let list = |id: i32| -> Option<Vec<i64>> {
            fields
                .get(id)
                .as_array()
                .map(|values| values.iter().filter_map(Value::as_long).collect())
        };
        let ids = list(135).map(|ids| ids.into_iter().filter_map(|id| i32::try_from(id).ok()));
        Ok(Self {
            content,
            file_path: fields.text(100)?,
            file_format: fields.text(101)?.to_ascii_uppercase(),
            partition,
            record_count: fields.long(103)?,
            file_size_in_bytes: fields.long(104)?,
            column_sizes: longs(108),
            value_counts: longs(109),
            null_value_counts: longs(110),
            nan_value_counts: longs(137),
            lower_bounds: bytes(125),
            upper_bounds: bytes(128),
            key_metadata: fields.bytes(131),
            split_offsets: list(132),
            equality_ids: ids.map(Iterator::collect),
            sort_order_id: fields.maybe_int(140)?,
            referenced_data_file: fields.get(143).as_str().map(str::to_owned),
        })
    }

    /// The record of it.
    pub(super) fn to_value(&self, version: u8) -> Value {
        let longs = |map: &BTreeMap<i32, i64>| map_value(map, |number| Value::Long(*number));
        let bytes =
            |map: &BTreeMap<i32, Vec<u8>>| map_value(map, |bytes| Value::Bytes(bytes.clone()));
        let content = match self.content {
            Content::Data => 0,
            Content::PositionDeletes => 1,
            Content::EqualityDeletes => 2,
        };
        let numbers =
            |numbers: &Vec<i64>| Value::Array(numbers.iter().copied().map(Value::Long).collect());
        let ids = |ids: &Vec<i32>| {
            Value::Array(ids.iter().map(|id| Value::Long(i64::from(*id))).collect())
        };
        let mut values = Vec::new();
        if version > 1 {
            values.push(Value::Long(content));
        }
        values.extend([
            Value::String(self.file_path.clone()),
            Value::String(self.file_format.clone()),
            Value::Record(self.partition.clone()),
            Value::Long(self.record_count),
            Value::Long(self.file_size_in_bytes),
        ]);
        if version == 1 {
            // A size of blocks that readers are told to pass over, and writers to write.
            values.push(Value::Long(64 << 20));
        }
        values.extend([
            longs(&self.column_sizes),
            longs(&self.value_counts),
            longs(&self.null_value_counts),
            longs(&self.nan_value_counts),
            bytes(&self.lower_bounds),
            bytes(&self.upper_bounds),
            or_null(self.key_metadata.clone(), Value::Bytes),
            or_null(self.split_offsets.as_ref(), numbers),
        ]);
        if version > 1 {
            values.push(or_null(self.equality_ids.as_ref(), ids));
        }
        values.push(or_null(self.sort_order_id, |id| Value::Long(id.into())));
        if version > 1 {
            values.push(or_null(self.referenced_data_file.clone(), Value::String));
        }
        Value::Record(values)
    }
}

/// A map by numbers is written as an array of pairs.
fn pairs(value: &Value) -> impl Iterator<Item = (i32, &Value)> {
    value.as_array().unwrap_or_default().iter().filter_map(|pair| match pair {
        Value::Record(pair) => match pair.as_slice() {
            [Value::Long(key), value] => Some((i32::try_from(*key).ok()?, value)),
            _ => None,
        },
        _ => None,
    })
}

fn map_value<T>(map: &BTreeMap<i32, T>, make: impl Fn(&T) -> Value) -> Value {
    if map.is_empty() {
        return Value::Null;
    }
    let pair =
        |(key, value): (&i32, &T)| Value::Record(vec![Value::Long(i64::from(*key)), make(value)]);
    Value::Array(map.iter().map(pair).collect())
}

/// Avro's schema of a file, whose partition has a schema of its own.
pub(super) fn schema(version: u8, partition: &Json) -> Json {
    let map = |name: &str, id: i32, (key, value): (i32, i32), of: &str| {
        json!({ "name": name, "field-id": id, "default": null, "type": ["null", {
            "type": "array", "logicalType": "map", "items": {
                "type": "record", "name": format!("k{key}_v{value}"), "fields": [
                    { "name": "key", "type": "int", "field-id": key },
                    { "name": "value", "type": of, "field-id": value },
                ] } }] })
    };
    let list = |name: &str, id: i32, element: i32, of: &str| {
        json!({ "name": name, "field-id": id, "default": null, "type": ["null", {
            "type": "array", "items": of, "element-id": element }] })
    };
    let field = |name: &str, id: i32, of: Json| json!({ "name": name, "field-id": id, "type": of });
    let maybe = |name: &str, id: i32, of: &str| json!({ "name": name, "field-id": id, "default": null, "type": ["null", of] });
    let mut fields = Vec::new();
    if version > 1 {
        fields.push(field("content", 134, json!("int")));
    }
    fields.extend([
        field("file_path", 100, json!("string")),
        field("file_format", 101, json!("string")),
        field("partition", 102, partition.clone()),
        field("record_count", 103, json!("long")),
        field("file_size_in_bytes", 104, json!("long")),
    ]);
    if version == 1 {
        fields.push(field("block_size_in_bytes", 105, json!("long")));
    }
    fields.extend([
        map("column_sizes", 108, (117, 118), "long"),
        map("value_counts", 109, (119, 120), "long"),
        map("null_value_counts", 110, (121, 122), "long"),
        map("nan_value_counts", 137, (138, 139), "long"),
        map("lower_bounds", 125, (126, 127), "bytes"),
        map("upper_bounds", 128, (129, 130), "bytes"),
        maybe("key_metadata", 131, "bytes"),
        list("split_offsets", 132, 133, "long"),
    ]);
    if version > 1 {
        fields.push(list("equality_ids", 135, 136, "int"));
    }
    fields.push(maybe("sort_order_id", 140, "int"));
    if version > 1 {
        fields.push(maybe("referenced_data_file", 143, "string"));
    }
    json!({ "type": "record", "name": "r2", "fields": fields })
}
