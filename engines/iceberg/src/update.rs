//! Changes of a table and what they rest on, as the REST catalog's specification writes them.
//!
//! <https://github.com/apache/iceberg/blob/main/open-api/rest-catalog-open-api.yaml>

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::metadata::{PartitionStatistics, Statistics, TableMetadata};
use crate::partition::PartitionSpec;
use crate::schema::Schema;
use crate::snapshot::{Snapshot, SnapshotRef};
use crate::sort::SortOrder;

/// In place of an id: the one that was added last in the same change.
pub const LAST_ADDED: i32 = -1;

/// One change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum TableUpdate {
    AssignUuid {
        uuid: String,
    },
    UpgradeFormatVersion {
        format_version: u8,
    },
    AddSchema {
        schema: Schema,
        /// No longer of use: the table knows it from the schema.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last_column_id: Option<i32>,
    },
    SetCurrentSchema {
        schema_id: i32,
    },
    AddSpec {
        spec: PartitionSpec,
    },
    SetDefaultSpec {
        spec_id: i32,
    },
    AddSortOrder {
        sort_order: SortOrder,
    },
    SetDefaultSortOrder {
        sort_order_id: i32,
    },
    AddSnapshot {
        snapshot: Snapshot,
    },
    SetSnapshotRef {
        ref_name: String,
        #[serde(flatten)]
        reference: SnapshotRef,
    },
    RemoveSnapshots {
        snapshot_ids: Vec<i64>,
    },
    RemoveSnapshotRef {
        ref_name: String,
    },
    SetLocation {
        location: String,
    },
    SetProperties {
        updates: BTreeMap<String, String>,
    },
    RemoveProperties {
        removals: Vec<String>,
    },
    SetStatistics {
        statistics: Statistics,
    },
    RemoveStatistics {
        snapshot_id: i64,
    },
    SetPartitionStatistics {
        partition_statistics: PartitionStatistics,
    },
    RemovePartitionStatistics {
        snapshot_id: i64,
    },
    RemovePartitionSpecs {
        spec_ids: Vec<i32>,
    },
    RemoveSchemas {
        schema_ids: Vec<i32>,
    },
}

/// What a change rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum TableRequirement {
    /// There is no such table yet.
    AssertCreate,
    AssertTableUuid {
        uuid: String,
    },
    /// A branch or tag is at a snapshot; or, without one, is not there.
    AssertRefSnapshotId {
        #[serde(rename = "ref")]
        name: String,
        #[serde(default)]
        snapshot_id: Option<i64>,
    },
    AssertLastAssignedFieldId {
        last_assigned_field_id: i32,
    },
    AssertCurrentSchemaId {
        current_schema_id: i32,
    },
    AssertLastAssignedPartitionId {
        last_assigned_partition_id: i32,
    },
    AssertDefaultSpecId {
        default_spec_id: i32,
    },
    AssertDefaultSortOrderId {
        default_sort_order_id: i32,
    },
}

/// Whether a table, if it is there, is what a change rests on.
///
/// # Errors
/// [`Error::Conflict`] with the first that is not so.
pub fn check_requirements(
    table: Option<&TableMetadata>,
    requirements: &[TableRequirement],
) -> Result<()> {
    requirements.iter().try_for_each(|requirement| requirement.check(table))
}

impl TableRequirement {
    fn check(&self, table: Option<&TableMetadata>) -> Result<()> {
        let Some(table) = table else {
            return match self {
                Self::AssertCreate => Ok(()),
                _ => Err(Error::Conflict("table does not exist".into())),
            };
        };
        match self {
            Self::AssertCreate => Err(Error::Conflict("table already exists".into())),
            Self::AssertTableUuid { uuid } => {
                let known = table.table_uuid.as_deref().unwrap_or_default();
                if known.eq_ignore_ascii_case(uuid) {
                    return Ok(());
                }
                Err(Error::Conflict(format!("UUID does not match: expected {known} != {uuid}")))
            }
            Self::AssertRefSnapshotId { name, snapshot_id } => {
                let at = table.refs.get(name).map(|reference| reference.snapshot_id);
                reference(name, at, *snapshot_id)
            }
            Self::AssertLastAssignedFieldId { last_assigned_field_id: asserted } => {
                same("last assigned field id", table.last_column_id, *asserted)
            }
            Self::AssertCurrentSchemaId { current_schema_id: asserted } => {
                same("current schema", table.current_schema_id, *asserted)
            }
            Self::AssertLastAssignedPartitionId { last_assigned_partition_id: asserted } => {
                same("last assigned partition id", table.last_partition_id, *asserted)
            }
            Self::AssertDefaultSpecId { default_spec_id: asserted } => {
                same("default partition spec", table.default_spec_id, *asserted)
            }
            Self::AssertDefaultSortOrderId { default_sort_order_id: asserted } => {
                same("default sort order", table.default_sort_order_id, *asserted)
            }
        }
    }
}

fn reference(name: &str, at: Option<i64>, asserted: Option<i64>) -> Result<()> {
    let why = match (at, asserted) {
        _ if at == asserted => return Ok(()),
        (Some(_), None) => format!("branch or tag {name} was created concurrently"),
        (None, Some(id)) => format!("branch or tag {name} is missing, expected {id}"),
        (at, asserted) => format!(
            "branch or tag {name} has changed: expected id {} != {}",
            asserted.unwrap_or_default(),
            at.unwrap_or_default()
        ),
    };
    Err(Error::Conflict(why))
}

fn same(what: &str, is: i32, asserted: i32) -> Result<()> {
    if is == asserted {
        return Ok(());
    }
    Err(Error::Conflict(format!("{what} has changed: expected {asserted} != {is}")))
}
