//! A manifest list: the manifests of a snapshot, with what they come to.

use std::cmp::Ordering;

use serde_json::{Value as Json, json};

use super::entry::{ManifestEntry, Status, partition_types};
use super::value::{compare, single_value};
use super::{Content, Fields, or_null};
use crate::avro::{Container, Value, write_file};
use crate::error::Result;
use crate::metadata::TableMetadata;
use crate::partition::PartitionSpec;
use crate::snapshot::Snapshot;

/// A manifest as a list has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ManifestFile {
    pub manifest_path: String,
    pub manifest_length: i64,
    pub partition_spec_id: i32,
    /// Whether its files are deletes.
    pub deletes: bool,
    pub sequence_number: i64,
    pub min_sequence_number: i64,
    pub added_snapshot_id: i64,
    pub added_files: Option<i32>,
    pub existing_files: Option<i32>,
    pub deleted_files: Option<i32>,
    pub added_rows: Option<i64>,
    pub existing_rows: Option<i64>,
    pub deleted_rows: Option<i64>,
    pub partitions: Option<Vec<FieldSummary>>,
    pub key_metadata: Option<Vec<u8>>,
}

/// What the values of a partition field in a manifest come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldSummary {
    pub contains_null: bool,
    pub contains_nan: Option<bool>,
    pub lower_bound: Option<Vec<u8>>,
    pub upper_bound: Option<Vec<u8>>,
}

/// Reads a manifest list.
///
/// # Errors
/// What is wrong with it.
pub fn read_manifest_list(bytes: &[u8]) -> Result<Vec<ManifestFile>> {
    let container = Container::read(bytes)?;
    let read = |value| manifest_file(Fields::of(&container.schema, value)?);
    container.values.iter().map(read).collect()
}

fn manifest_file(fields: Fields<'_>) -> Result<ManifestFile> {
    let at = fields.schema.position(507);
    let partitions = at.and_then(|at| {
        let schema = &fields.schema.fields()[at].schema;
        let summaries = fields.values[at].as_array()?.iter();
        Some((summaries, schema))
    });
    let partitions = partitions.map(|(mut summaries, schema)| {
        summaries.try_fold(Vec::new(), |mut all, summary| {
            let of = Fields::of(schema, summary)?;
            all.push(FieldSummary {
                contains_null: matches!(of.get(509), Value::Boolean(true)),
                contains_nan: match of.get(518) {
                    Value::Boolean(truth) => Some(*truth),
                    _ => None,
                },
                lower_bound: of.bytes(510),
                upper_bound: of.bytes(511),
            });
            Ok::<_, crate::error::Error>(all)
        })
    });
    Ok(ManifestFile {
        manifest_path: fields.text(500)?,
        manifest_length: fields.long(501)?,
        partition_spec_id: fields.maybe_int(502)?.unwrap_or(0),
        deletes: fields.maybe_int(517)? == Some(1),
        sequence_number: fields.get(515).as_long().unwrap_or(0),
        min_sequence_number: fields.get(516).as_long().unwrap_or(0),
        added_snapshot_id: fields.get(503).as_long().unwrap_or(0),
        added_files: fields.maybe_int(504)?,
        existing_files: fields.maybe_int(505)?,
        deleted_files: fields.maybe_int(506)?,
        added_rows: fields.get(512).as_long(),
        existing_rows: fields.get(513).as_long(),
        deleted_rows: fields.get(514).as_long(),
        partitions: partitions.transpose()?,
        key_metadata: fields.bytes(519),
    })
}

impl ManifestFile {
    /// What a list says of a manifest that a snapshot writes.
    ///
    /// # Errors
    /// When the partition's values have no types.
    pub fn describe(
        table: &TableMetadata,
        spec: &PartitionSpec,
        (path, length): (&str, usize),
        snapshot: &Snapshot,
        entries: &[ManifestEntry],
    ) -> Result<Self> {
        let with = |status: Status| entries.iter().filter(move |entry| entry.status == status);
        let files = |status| i32::try_from(with(status).count()).ok();
        let rows = |status| Some(with(status).map(|entry| entry.data_file.record_count).sum());
        let number = snapshot.sequence_number;
        let alive = entries.iter().filter(|entry| entry.is_alive());
        let oldest = alive.map(|entry| entry.sequence_number.unwrap_or(number)).min();
        Ok(Self {
            manifest_path: path.to_owned(),
            manifest_length: i64::try_from(length).unwrap_or(i64::MAX),
            partition_spec_id: spec.spec_id,
            deletes: entries.iter().any(|entry| entry.data_file.content != Content::Data),
            sequence_number: number,
            min_sequence_number: oldest.unwrap_or(number),
            added_snapshot_id: snapshot.snapshot_id,
            added_files: files(Status::Added),
            existing_files: files(Status::Existing),
            deleted_files: files(Status::Deleted),
            added_rows: rows(Status::Added),
            existing_rows: rows(Status::Existing),
            deleted_rows: rows(Status::Deleted),
            partitions: Some(summaries(table, spec, entries)?),
            key_metadata: None,
        })
    }
}

fn summaries(
    table: &TableMetadata,
    spec: &PartitionSpec,
    entries: &[ManifestEntry],
) -> Result<Vec<FieldSummary>> {
    let types = partition_types(table, spec)?;
    let of = |(at, of): (usize, &crate::types::Primitive)| {
        let values = || entries.iter().filter_map(|entry| entry.data_file.partition.get(at));
        let is_nan = |value: &Value| match value {
            Value::Float(number) => number.is_nan(),
            Value::Double(number) => number.is_nan(),
            _ => false,
        };
        let order = |a: &&Value, b: &&Value| -> Ordering { compare(*of, a, b) };
        let known = || values().filter(|v| !matches!(v, Value::Null) && !is_nan(v));
        FieldSummary {
            contains_null: values().any(|value| matches!(value, Value::Null)),
            contains_nan: Some(values().any(is_nan)),
            lower_bound: known().min_by(order).and_then(|value| single_value(*of, value)),
            upper_bound: known().max_by(order).and_then(|value| single_value(*of, value)),
        }
    };
    Ok(types.iter().enumerate().map(of).collect())
}

/// Writes the manifest list of a snapshot.
///
/// # Errors
/// When a value is not of its type.
pub fn write_manifest_list(
    version: u8,
    snapshot: &Snapshot,
    files: &[ManifestFile],
) -> Result<Vec<u8>> {
    let parent = snapshot.parent_snapshot_id;
    let mut metadata = vec![
        ("snapshot-id", snapshot.snapshot_id.to_string()),
        ("parent-snapshot-id", parent.map_or_else(|| "null".to_owned(), |id| id.to_string())),
    ];
    if version > 1 {
        metadata.push(("sequence-number", snapshot.sequence_number.to_string()));
    }
    metadata.push(("format-version", version.to_string()));
    let values: Vec<Value> = files.iter().map(|file| to_value(file, version)).collect();
    write_file(&schema(version), &metadata, &values)
}

fn to_value(file: &ManifestFile, version: u8) -> Value {
    let summary = |summary: &FieldSummary| {
        Value::Record(vec![
            Value::Boolean(summary.contains_null),
            or_null(summary.contains_nan, Value::Boolean),
            or_null(summary.lower_bound.clone(), Value::Bytes),
            or_null(summary.upper_bound.clone(), Value::Bytes),
        ])
    };
    let mut values = vec![
        Value::String(file.manifest_path.clone()),
        Value::Long(file.manifest_length),
        Value::Long(file.partition_spec_id.into()),
    ];
    if version > 1 {
        values.extend([
            Value::Long(file.deletes.into()),
            Value::Long(file.sequence_number),
            Value::Long(file.min_sequence_number),
        ]);
    }
    values.push(Value::Long(file.added_snapshot_id));
    let files = [file.added_files, file.existing_files, file.deleted_files];
    values.extend(files.map(|count| Value::Long(count.unwrap_or(0).into())));
    let rows = [file.added_rows, file.existing_rows, file.deleted_rows];
    values.extend(rows.map(|count| Value::Long(count.unwrap_or(0))));
    values.push(or_null(file.partitions.as_ref(), |all| {
        Value::Array(all.iter().map(summary).collect())
    }));
    values.push(or_null(file.key_metadata.clone(), Value::Bytes));
    Value::Record(values)
}

fn schema(version: u8) -> Json {
    let field = |name: &str, id: i32, of: &str| json!({ "name": name, "field-id": id, "type": of });
    let maybe = |name: &str, id: i32, of: &str| json!({ "name": name, "field-id": id, "default": null, "type": ["null", of] });
    let mut fields = vec![
        field("manifest_path", 500, "string"),
        field("manifest_length", 501, "long"),
        field("partition_spec_id", 502, "int"),
    ];
    if version > 1 {
        fields.extend([
            field("content", 517, "int"),
            field("sequence_number", 515, "long"),
            field("min_sequence_number", 516, "long"),
        ]);
    }
    fields.push(field("added_snapshot_id", 503, "long"));
    fields.extend([
        field("added_files_count", 504, "int"),
        field("existing_files_count", 505, "int"),
        field("deleted_files_count", 506, "int"),
        field("added_rows_count", 512, "long"),
        field("existing_rows_count", 513, "long"),
        field("deleted_rows_count", 514, "long"),
        json!({ "name": "partitions", "field-id": 507, "default": null, "type": ["null", {
            "type": "array", "element-id": 508, "items": {
                "type": "record", "name": "r508", "fields": [
                    field("contains_null", 509, "boolean"),
                    maybe("contains_nan", 518, "boolean"),
                    maybe("lower_bound", 510, "bytes"),
                    maybe("upper_bound", 511, "bytes"),
                ] } }] }),
        maybe("key_metadata", 519, "bytes"),
    ]);
    json!({ "type": "record", "name": "manifest_file", "fields": fields })
}
