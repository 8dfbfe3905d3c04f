//! The JSON of a metadata file, of either version.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{LogEntry, MetadataLogEntry, PartitionStatistics, Statistics, TableMetadata};
use crate::partition::{PartitionField, PartitionSpec, UNPARTITIONED_LAST_ID};
use crate::schema::Schema;
use crate::snapshot::{MAIN, RefKind, Retention, Snapshot, SnapshotRef};
use crate::sort::SortOrder;

/// All that either version may have.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Raw {
    format_version: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    table_uuid: Option<String>,
    location: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_sequence_number: Option<i64>,
    last_updated_ms: i64,
    last_column_id: i32,
    /// The current schema, in version 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    schema: Option<Schema>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    schemas: Option<Vec<Schema>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    current_schema_id: Option<i32>,
    /// The fields of the default spec, in version 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    partition_spec: Option<Vec<PartitionField>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    partition_specs: Option<Vec<PartitionSpec>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    default_spec_id: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_partition_id: Option<i32>,
    #[serde(default)]
    properties: BTreeMap<String, String>,
    /// Absent, null or -1 where there is none. Some readers want the -1.
    #[serde(default)]
    current_snapshot_id: Option<i64>,
    #[serde(default)]
    snapshots: Option<Vec<Snapshot>>,
    #[serde(default)]
    snapshot_log: Option<Vec<LogEntry>>,
    #[serde(default)]
    metadata_log: Option<Vec<MetadataLogEntry>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sort_orders: Option<Vec<SortOrder>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    default_sort_order_id: Option<i32>,
    #[serde(default)]
    refs: Option<BTreeMap<String, SnapshotRef>>,
    #[serde(default)]
    statistics: Option<Vec<Statistics>>,
    #[serde(default)]
    partition_statistics: Option<Vec<PartitionStatistics>>,
}

/// No snapshot.
const NONE: i64 = -1;

impl TryFrom<Raw> for TableMetadata {
    type Error = String;

    fn try_from(raw: Raw) -> Result<Self, String> {
        match raw.format_version {
            1 | 2 => {}
            version => {
                return Err(format!("Iceberg format version {version} is not supported"));
            }
        }
        let missing = |name: &str| format!("Cannot parse missing field: {name}");
        if raw.format_version == 2 {
            raw.table_uuid.as_ref().ok_or_else(|| missing("table-uuid"))?;
            raw.last_sequence_number.ok_or_else(|| missing("last-sequence-number"))?;
            raw.schemas.as_ref().ok_or_else(|| missing("schemas"))?;
            raw.current_schema_id.ok_or_else(|| missing("current-schema-id"))?;
            raw.partition_specs.as_ref().ok_or_else(|| missing("partition-specs"))?;
            raw.default_spec_id.ok_or_else(|| missing("default-spec-id"))?;
        }
        let schemas = match (raw.schemas, raw.schema) {
            (Some(schemas), _) if !schemas.is_empty() => schemas,
            (_, Some(schema)) => vec![schema],
            _ => return Err(missing("schema")),
        };
        let partition_specs = match (raw.partition_specs, raw.partition_spec) {
            (Some(specs), _) if !specs.is_empty() => specs,
            (_, fields) => {
                vec![PartitionSpec { spec_id: 0, fields: fields.unwrap_or_default() }]
            }
        };
        let partition_specs: Vec<_> = partition_specs.into_iter().map(numbered).collect();
        let highest = partition_specs.iter().map(PartitionSpec::highest_id).max();
        let current_snapshot_id = raw.current_snapshot_id.filter(|id| *id != NONE);
        let mut refs = raw.refs.unwrap_or_default();
        if let Some(snapshot_id) = current_snapshot_id {
            refs.entry(MAIN.to_owned()).or_insert_with(|| SnapshotRef {
                snapshot_id,
                kind: RefKind::Branch,
                retention: Retention::default(),
            });
        }
        let table = Self {
            format_version: raw.format_version,
            table_uuid: raw.table_uuid,
            location: raw.location,
            last_sequence_number: raw.last_sequence_number.unwrap_or(0),
            last_updated_ms: raw.last_updated_ms,
            last_column_id: raw.last_column_id,
            current_schema_id: raw.current_schema_id.unwrap_or(schemas[0].schema_id),
            schemas,
            default_spec_id: raw.default_spec_id.unwrap_or(partition_specs[0].spec_id),
            last_partition_id: raw.last_partition_id.or(highest).unwrap_or(UNPARTITIONED_LAST_ID),
            partition_specs,
            properties: raw.properties,
            current_snapshot_id,
            snapshots: raw.snapshots.unwrap_or_default(),
            snapshot_log: raw.snapshot_log.unwrap_or_default(),
            metadata_log: raw.metadata_log.unwrap_or_default(),
            sort_orders: raw.sort_orders.unwrap_or_else(|| vec![SortOrder::default()]),
            default_sort_order_id: raw.default_sort_order_id.unwrap_or(0),
            refs,
            statistics: raw.statistics.unwrap_or_default(),
            partition_statistics: raw.partition_statistics.unwrap_or_default(),
        };
        table.check().map_err(|error| error.to_string())?;
        Ok(table)
    }
}

/// The fields of a spec of version 1 may have no ids: they count from 1000 on.
fn numbered(mut spec: PartitionSpec) -> PartitionSpec {
    for (at, field) in (UNPARTITIONED_LAST_ID + 1..).zip(&mut spec.fields) {
        field.field_id.get_or_insert(at);
    }
    spec
}

impl From<TableMetadata> for Raw {
    fn from(table: TableMetadata) -> Self {
        let first = table.format_version == 1;
        let schema = table.schema(table.current_schema_id).filter(|_| first).cloned();
        let fields = table.spec(table.default_spec_id).filter(|_| first);
        let partition_spec = fields.map(|spec| spec.fields.clone());
        Self {
            format_version: table.format_version,
            table_uuid: table.table_uuid,
            location: table.location,
            last_sequence_number: (!first).then_some(table.last_sequence_number),
            last_updated_ms: table.last_updated_ms,
            last_column_id: table.last_column_id,
            schema,
            schemas: Some(table.schemas),
            current_schema_id: Some(table.current_schema_id),
            partition_spec,
            partition_specs: Some(table.partition_specs),
            default_spec_id: Some(table.default_spec_id),
            last_partition_id: Some(table.last_partition_id),
            properties: table.properties,
            current_snapshot_id: Some(table.current_snapshot_id.unwrap_or(NONE)),
            snapshots: Some(table.snapshots),
            snapshot_log: Some(table.snapshot_log),
            metadata_log: Some(table.metadata_log),
            sort_orders: Some(table.sort_orders),
            default_sort_order_id: Some(table.default_sort_order_id),
            refs: Some(table.refs),
            statistics: Some(table.statistics),
            partition_statistics: Some(table.partition_statistics),
        }
    }
}
