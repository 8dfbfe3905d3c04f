//! The metadata of a table: all of it but its rows.
//!
//! <https://iceberg.apache.org/spec/#table-metadata-fields>

mod apply;
mod create;
mod expire;
mod raw;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use create::CreateTable;

use crate::error::{Error, Result};
use crate::partition::{PartitionSpec, UNPARTITIONED_LAST_ID};
use crate::schema::Schema;
use crate::snapshot::{Snapshot, SnapshotRef};
use crate::sort::SortOrder;

/// The version of the format that new tables are of.
pub const FORMAT_VERSION: u8 = 2;

/// How many former metadata files a table remembers, where its properties do not say.
const PREVIOUS_FILES_MAX: usize = 100;
const PREVIOUS_FILES_PROPERTY: &str = "write.metadata.previous-versions-max";

/// A table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "raw::Raw", into = "raw::Raw")]
pub struct TableMetadata {
    pub format_version: u8,
    /// Tables of version 1 may have none.
    pub table_uuid: Option<String>,
    pub location: String,
    pub last_sequence_number: i64,
    pub last_updated_ms: i64,
    pub last_column_id: i32,
    pub schemas: Vec<Schema>,
    pub current_schema_id: i32,
    pub partition_specs: Vec<PartitionSpec>,
    pub default_spec_id: i32,
    pub last_partition_id: i32,
    pub properties: BTreeMap<String, String>,
    pub current_snapshot_id: Option<i64>,
    pub snapshots: Vec<Snapshot>,
    pub snapshot_log: Vec<LogEntry>,
    pub metadata_log: Vec<MetadataLogEntry>,
    pub sort_orders: Vec<SortOrder>,
    pub default_sort_order_id: i32,
    pub refs: BTreeMap<String, SnapshotRef>,
    pub statistics: Vec<Statistics>,
    pub partition_statistics: Vec<PartitionStatistics>,
}

/// When a snapshot became the current one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct LogEntry {
    pub snapshot_id: i64,
    pub timestamp_ms: i64,
}

/// Where the metadata was before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct MetadataLogEntry {
    pub metadata_file: String,
    pub timestamp_ms: i64,
}

/// A file of statistics of a snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Statistics {
    pub snapshot_id: i64,
    pub statistics_path: String,
    pub file_size_in_bytes: i64,
    pub file_footer_size_in_bytes: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_metadata: Option<String>,
    pub blob_metadata: Vec<BlobMetadata>,
}

/// A part of a file of statistics.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct BlobMetadata {
    #[serde(rename = "type")]
    pub kind: String,
    pub snapshot_id: i64,
    pub sequence_number: i64,
    pub fields: Vec<i32>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, String>,
}

/// A file of statistics of a snapshot's partitions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PartitionStatistics {
    pub snapshot_id: i64,
    pub statistics_path: String,
    pub file_size_in_bytes: i64,
}

impl TableMetadata {
    /// A table of which nothing is said yet: what the changes that create one apply to.
    pub(crate) fn empty(location: &str, now_ms: i64) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            table_uuid: None,
            location: location.trim_end_matches('/').to_owned(),
            last_sequence_number: 0,
            last_updated_ms: now_ms,
            last_column_id: 0,
            schemas: Vec::new(),
            current_schema_id: -1,
            partition_specs: Vec::new(),
            default_spec_id: -1,
            last_partition_id: UNPARTITIONED_LAST_ID,
            properties: BTreeMap::new(),
            current_snapshot_id: None,
            snapshots: Vec::new(),
            snapshot_log: Vec::new(),
            metadata_log: Vec::new(),
            sort_orders: Vec::new(),
            default_sort_order_id: -1,
            refs: BTreeMap::new(),
            statistics: Vec::new(),
            partition_statistics: Vec::new(),
        }
    }

    /// Reads a metadata file.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn from_json(bytes: &[u8]) -> Result<Self> {
        serde_json::from_slice(bytes)
            .map_err(|error| Error::corrupt(format!("The table metadata cannot be read: {error}")))
    }

    /// Writes a metadata file.
    ///
    /// # Errors
    /// Never: the signature is that of what writes.
    pub fn to_json(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self).map_err(|error| Error::corrupt(error.to_string()))
    }

    /// A schema by its id.
    pub fn schema(&self, id: i32) -> Option<&Schema> {
        self.schemas.iter().find(|schema| schema.schema_id == id)
    }

    /// The schema that new rows have.
    ///
    /// # Errors
    /// When the table names one that it does not have.
    pub fn current_schema(&self) -> Result<&Schema> {
        let id = self.current_schema_id;
        self.schema(id).ok_or_else(|| Error::invalid(format!("Cannot find schema with id {id}")))
    }

    /// A partition spec by its id.
    pub fn spec(&self, id: i32) -> Option<&PartitionSpec> {
        self.partition_specs.iter().find(|spec| spec.spec_id == id)
    }

    /// A snapshot by its id.
    pub fn snapshot(&self, id: i64) -> Option<&Snapshot> {
        self.snapshots.iter().find(|snapshot| snapshot.snapshot_id == id)
    }

    /// The snapshot that readers see.
    pub fn current_snapshot(&self) -> Option<&Snapshot> {
        self.snapshot(self.current_snapshot_id?)
    }

    /// The metadata with the file it was read from noted, as what is written next has it.
    #[must_use]
    pub fn with_previous(mut self, file: &str, former: &Self) -> Self {
        let most = self.properties.get(PREVIOUS_FILES_PROPERTY);
        let most = most.and_then(|text| text.parse().ok()).unwrap_or(PREVIOUS_FILES_MAX).max(1);
        self.metadata_log.push(MetadataLogEntry {
            metadata_file: file.to_owned(),
            timestamp_ms: former.last_updated_ms,
        });
        let over = self.metadata_log.len().saturating_sub(most);
        self.metadata_log.drain(..over);
        self
    }

    /// Refuses what no table may be.
    fn check(&self) -> Result<()> {
        self.current_schema()?;
        if self.table_uuid.is_none() && self.format_version > 1 {
            return Err(Error::invalid("Invalid table: it has no UUID"));
        }
        if self.location.is_empty() {
            return Err(Error::invalid("Invalid table: it has no location"));
        }
        let id = self.default_spec_id;
        if self.spec(id).is_none() {
            return Err(Error::invalid(format!("Cannot find partition spec with id {id}")));
        }
        let id = self.default_sort_order_id;
        if !self.sort_orders.iter().any(|order| order.order_id == id) {
            return Err(Error::invalid(format!("Cannot find sort order with id {id}")));
        }
        if let Some(id) = self.current_snapshot_id
            && self.snapshot(id).is_none()
        {
            return Err(Error::invalid(format!("Cannot find snapshot with id {id}")));
        }
        Ok(())
    }
}
