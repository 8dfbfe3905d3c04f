//! Partition specs: how a table's rows are parted into files.
//!
//! <https://iceberg.apache.org/spec/#partitioning>

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::schema::Schema;
use crate::transform::Transform;

/// The last partition field's id of a table that is not partitioned.
pub const UNPARTITIONED_LAST_ID: i32 = 999;

/// A spec.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PartitionSpec {
    #[serde(default)]
    pub spec_id: i32,
    #[serde(default)]
    pub fields: Vec<PartitionField>,
}

/// A field of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PartitionField {
    pub source_id: i32,
    /// None where who adds it leaves it to the table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field_id: Option<i32>,
    pub name: String,
    pub transform: Transform,
}

impl PartitionSpec {
    /// Whether all rows are in one partition.
    pub fn is_unpartitioned(&self) -> bool {
        self.fields.iter().all(|field| field.transform == Transform::Void)
    }

    /// The highest id of a field.
    pub fn highest_id(&self) -> i32 {
        let ids = self.fields.iter().filter_map(|field| field.field_id);
        ids.max().unwrap_or(UNPARTITIONED_LAST_ID)
    }

    /// Whether another parts rows the same way, whatever its fields' ids.
    pub fn is_same(&self, other: &Self) -> bool {
        let of =
            |field: &PartitionField| (field.source_id, field.name.clone(), field.transform.clone());
        self.fields.iter().map(of).eq(other.fields.iter().map(of))
    }

    /// Refuses what cannot part the rows of a schema.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check(&self, schema: &Schema) -> Result<()> {
        let types = schema.types();
        let mut names = BTreeSet::new();
        let mut parted = BTreeSet::new();
        for field in &self.fields {
            let name = &field.name;
            if name.is_empty() || !names.insert(name.as_str()) {
                return Err(Error::invalid(format!(
                    "Cannot use partition name more than once: {name}"
                )));
            }
            if !parted.insert((field.source_id, field.transform.to_string()))
                && field.transform != Transform::Void
            {
                return Err(Error::invalid(format!(
                    "Cannot add redundant partition: {name} of field {}",
                    field.source_id
                )));
            }
            // The source of what is void may be gone.
            let Some(source) = types.get(&field.source_id) else {
                if field.transform == Transform::Void {
                    continue;
                }
                return Err(Error::invalid(format!(
                    "Cannot find source column for partition field: {name}: {}({})",
                    field.transform, field.source_id
                )));
            };
            if field.transform.result_type(source).is_none() {
                return Err(Error::invalid(format!(
                    "Invalid source type for transform {}: field {name}",
                    field.transform
                )));
            }
            // A value that is the column's own may have its name.
            let own = |column: i32| {
                field.transform == Transform::Void
                    || (field.transform == Transform::Identity && column == field.source_id)
            };
            let clash = schema.column(name).is_some_and(|column| !own(column.id));
            if clash {
                return Err(Error::invalid(format!(
                    "Cannot create partition from name that exists in schema: {name}"
                )));
            }
        }
        Ok(())
    }
}
