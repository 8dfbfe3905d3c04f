//! A manifest: entries of files, of one partition spec.

use serde_json::{Value as Json, json};

use super::data_file::{self, DataFile};
use super::list::ManifestFile;
use super::value::avro_type;
use super::{Fields, or_null};
use crate::avro::{Container, Value, write_file};
use crate::error::{Error, Result};
use crate::metadata::TableMetadata;
use crate::partition::PartitionSpec;
use crate::schema::Schema;
use crate::types::{Primitive, Type};

/// What became of a file in the snapshot that wrote the manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Existing,
    Added,
    Deleted,
}

/// A file in a manifest.
#[derive(Clone, Debug, PartialEq)]
pub struct ManifestEntry {
    pub status: Status,
    /// The snapshot that added or deleted it.
    pub snapshot_id: Option<i64>,
    /// Which deletes are younger than its rows. None as written: that of the manifest.
    pub sequence_number: Option<i64>,
    /// When the file itself was added.
    pub file_sequence_number: Option<i64>,
    pub data_file: DataFile,
}

impl ManifestEntry {
    /// Whether the file is part of the snapshot.
    pub fn is_alive(&self) -> bool {
        self.status != Status::Deleted
    }
}

/// A manifest that was read, with what its entries inherit filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    pub spec_id: i32,
    pub entries: Vec<ManifestEntry>,
}

/// Reads a manifest that a list names.
///
/// # Errors
/// What is wrong with it.
pub fn read_manifest(bytes: &[u8], file: &ManifestFile, table: &TableMetadata) -> Result<Manifest> {
    let container = Container::read(bytes)?;
    let spec_id = file.partition_spec_id;
    let spec = table.spec(spec_id);
    let spec = spec.ok_or_else(|| Error::corrupt(format!("There is no spec with id {spec_id}")))?;
    let ids: Vec<i32> = spec.fields.iter().filter_map(|field| field.field_id).collect();
    let entries = container.values.iter().map(|value| {
        let fields = Fields::of(&container.schema, value)?;
        let status = match fields.int(0)? {
            0 => Status::Existing,
            1 => Status::Added,
            2 => Status::Deleted,
            other => return Err(Error::corrupt(format!("Unknown status of a file: {other}"))),
        };
        // Only what was added by the manifest's snapshot may leave its numbers to it; what was
        // written by version 1 has none, and is the oldest.
        let inherits = status == Status::Added || file.sequence_number == 0;
        let inherited = inherits.then_some(file.sequence_number);
        Ok(ManifestEntry {
            status,
            snapshot_id: fields.get(1).as_long().or(Some(file.added_snapshot_id)),
            sequence_number: fields.get(3).as_long().or(inherited),
            file_sequence_number: fields.get(4).as_long().or(inherited),
            data_file: DataFile::read(fields.record(2)?, &ids)?,
        })
    });
    Ok(Manifest { spec_id, entries: entries.collect::<Result<_>>()? })
}

/// The types of a spec's partition values, as the source columns are in any schema of the table.
///
/// # Errors
/// When a column cannot be parted so.
pub fn partition_types(table: &TableMetadata, spec: &PartitionSpec) -> Result<Vec<Primitive>> {
    let of = |field: &crate::partition::PartitionField| {
        let current = table.current_schema()?;
        let schemas = std::iter::once(current).chain(table.schemas.iter().rev());
        let source = schemas.filter_map(|schema| schema.type_of(field.source_id)).next();
        let source = source.unwrap_or(Type::Primitive(Primitive::String));
        let none = || Error::corrupt(format!("The partition field {} has no type", field.name));
        field.transform.result_type(&source).ok_or_else(none)
    };
    spec.fields.iter().map(of).collect()
}

/// Writes a manifest of files of one spec; entries that are added now leave their numbers to it.
///
/// # Errors
/// When a value is not of its type.
pub fn write_manifest(
    table: &TableMetadata,
    spec: &PartitionSpec,
    content: super::Content,
    entries: &[ManifestEntry],
) -> Result<Vec<u8>> {
    let version = table.format_version;
    let types = partition_types(table, spec)?;
    let partition = partition_schema(spec, &types);
    let schema = entry_schema(version, &partition);
    let values: Vec<Value> = entries.iter().map(|entry| to_value(entry, version)).collect();
    let current: &Schema = table.current_schema()?;
    let json = |error: serde_json::Error| Error::invalid(error.to_string());
    let mut metadata = vec![
        ("schema", serde_json::to_string(current).map_err(json)?),
        ("schema-id", current.schema_id.to_string()),
        ("partition-spec", serde_json::to_string(&spec.fields).map_err(json)?),
        ("partition-spec-id", spec.spec_id.to_string()),
        ("format-version", version.to_string()),
    ];
    if version > 1 {
        let content = if content == super::Content::Data { "data" } else { "deletes" };
        metadata.push(("content", content.to_owned()));
    }
    write_file(&schema, &metadata, &values)
}

fn to_value(entry: &ManifestEntry, version: u8) -> Value {
    let status = match entry.status {
        Status::Existing => 0,
        Status::Added => 1,
        Status::Deleted => 2,
    };
    let mut values = vec![Value::Long(status), or_null(entry.snapshot_id, Value::Long)];
    if version > 1 {
        values.push(or_null(entry.sequence_number, Value::Long));
        values.push(or_null(entry.file_sequence_number, Value::Long));
    }
    values.push(entry.data_file.to_value(version));
    Value::Record(values)
}

fn entry_schema(version: u8, partition: &Json) -> Json {
    let maybe = |name: &str, id: i32| json!({ "name": name, "field-id": id, "default": null, "type": ["null", "long"] });
    let mut fields = vec![json!({ "name": "status", "field-id": 0, "type": "int" })];
    // Version 1 wants the snapshot said, which all entries written here do.
    fields.push(maybe("snapshot_id", 1));
    if version > 1 {
        fields.push(maybe("sequence_number", 3));
        fields.push(maybe("file_sequence_number", 4));
    }
    let file = data_file::schema(version, partition);
    fields.push(json!({ "name": "data_file", "field-id": 2, "type": file }));
    json!({ "type": "record", "name": "manifest_entry", "fields": fields })
}

fn partition_schema(spec: &PartitionSpec, types: &[Primitive]) -> Json {
    let fields = spec.fields.iter().zip(types).map(|(field, of)| {
        let mut json = json!({
            "name": avro_name(&field.name),
            "field-id": field.field_id,
            "default": null,
            "type": ["null", avro_type(*of, field.field_id.unwrap_or(0))],
        });
        if avro_name(&field.name) != field.name {
            json["iceberg-field-name"] = field.name.clone().into();
        }
        json
    });
    json!({ "type": "record", "name": "r102", "fields": fields.collect::<Vec<_>>() })
}

/// A name as Avro lets it be: what it does not is written as its code.
fn avro_name(name: &str) -> String {
    let mut out = String::new();
    for (at, c) in name.chars().enumerate() {
        if c.is_ascii_alphabetic() || c == '_' || (at > 0 && c.is_ascii_digit()) {
            out.push(c);
        } else if c.is_ascii_digit() {
            out.push('_');
            out.push(c);
        } else {
            out.push_str(&format!("_x{:X}", u32::from(c)));
        }
    }
    out
}
