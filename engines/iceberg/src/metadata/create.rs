//! New tables.

use std::collections::BTreeMap;

use super::{FORMAT_VERSION, TableMetadata};
use crate::error::{Error, Result};
use crate::partition::PartitionSpec;
use crate::schema::Schema;
use crate::sort::SortOrder;
use crate::update::{LAST_ADDED, TableUpdate};

/// Names the version of the format among the properties of a new table; it is no property of it.
const FORMAT_PROPERTY: &str = "format-version";

/// What a table is to be.
#[derive(Clone, Debug, Default)]
pub struct CreateTable {
    pub uuid: String,
    pub location: String,
    /// Its fields' ids are given anew, from 1 on.
    pub schema: Schema,
    pub partition_spec: PartitionSpec,
    pub sort_order: SortOrder,
    pub properties: BTreeMap<String, String>,
}

impl TableMetadata {
    /// A new table.
    ///
    /// # Errors
    /// What no table may be.
    pub fn create(create: CreateTable, now_ms: i64) -> Result<Self> {
        create.schema.check()?;
        let mut properties = create.properties;
        let version = match properties.remove(FORMAT_PROPERTY) {
            None => FORMAT_VERSION,
            Some(text) => text
                .parse()
                .map_err(|_| Error::invalid(format!("Invalid format version: {text}")))?,
        };
        let (schema, became) = create.schema.with_fresh_ids();
        let fresh = |id: i32, what: &str| {
            let none = || Error::invalid(format!("Cannot find source column for {what}: {id}"));
            became.get(&id).copied().ok_or_else(none)
        };
        let mut spec = create.partition_spec;
        for field in &mut spec.fields {
            field.source_id = fresh(field.source_id, "partition field")?;
            field.field_id = None;
        }
        let mut sort_order = create.sort_order;
        for field in &mut sort_order.fields {
            field.source_id = fresh(field.source_id, "sort field")?;
        }
        let updates = [
            TableUpdate::AssignUuid { uuid: create.uuid },
            TableUpdate::UpgradeFormatVersion { format_version: version },
            TableUpdate::AddSchema { schema, last_column_id: None },
            TableUpdate::SetCurrentSchema { schema_id: LAST_ADDED },
            TableUpdate::AddSpec { spec },
            TableUpdate::SetDefaultSpec { spec_id: LAST_ADDED },
            TableUpdate::AddSortOrder { sort_order },
            TableUpdate::SetDefaultSortOrder { sort_order_id: LAST_ADDED },
            TableUpdate::SetProperties { updates: properties },
        ];
        Self::from_updates(&create.location, &updates, now_ms)
    }

    /// A table that is all in the changes which make it.
    ///
    /// # Errors
    /// What no table may be.
    pub fn from_updates(location: &str, updates: &[TableUpdate], now_ms: i64) -> Result<Self> {
        let mut empty = Self::empty(location, now_ms);
        // The first version that a change names is the one it is of, even if lower than ours.
        let first = updates.iter().find_map(|update| match update {
            TableUpdate::UpgradeFormatVersion { format_version } => Some(*format_version),
            _ => None,
        });
        if let Some(version) = first {
            empty.format_version = version.min(FORMAT_VERSION);
        }
        empty.apply(updates, now_ms)
    }
}
