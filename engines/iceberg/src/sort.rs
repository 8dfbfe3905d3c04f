//! Sort orders: in which order writers are asked to leave rows.
//!
//! <https://iceberg.apache.org/spec/#sorting>

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::schema::Schema;
use crate::transform::Transform;

/// A sort order. Id 0 is no order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SortOrder {
    #[serde(default)]
    pub order_id: i32,
    #[serde(default)]
    pub fields: Vec<SortField>,
}

/// A field of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SortField {
    pub transform: Transform,
    pub source_id: i32,
    pub direction: Direction,
    pub null_order: NullOrder,
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    Asc,
    Desc,
}

/// Where nulls stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NullOrder {
    NullsFirst,
    NullsLast,
}

impl SortOrder {
    /// Refuses what cannot order the rows of a schema.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check(&self, schema: &Schema) -> Result<()> {
        let types = schema.types();
        for field in &self.fields {
            let id = field.source_id;
            let Some(source) = types.get(&id) else {
                return Err(Error::invalid(format!(
                    "Cannot find source column for sort field: {}({id})",
                    field.transform
                )));
            };
            if field.transform.result_type(source).is_none() {
                return Err(Error::invalid(format!(
                    "Invalid source type for transform {}: sort field of {id}",
                    field.transform
                )));
            }
        }
        Ok(())
    }
}
