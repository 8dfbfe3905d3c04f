//! Tables about a table: `"t$snapshots"`, `"t$files"` and the like.
//!
//! <https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-table-metadata.html>

mod files;
mod history;
mod partitions;

use std::sync::Arc;

use aquifer_iceberg::{Schema, Snapshot, TableMetadata};
use datafusion::arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use datafusion::arrow::datatypes::{DataType, Field, Schema as ArrowSchema, TimeUnit};
use datafusion::datasource::{MemTable, TableProvider};
use datafusion::error::Result;

use crate::io::Io;

/// A table in one of its states.
pub(crate) struct About<'a> {
    pub table: &'a TableMetadata,
    pub snapshot: Option<&'a Snapshot>,
    pub schema: &'a Schema,
    pub io: &'a Io,
}

impl About<'_> {
    /// A table about it, by its name; none if there is no such one.
    pub(crate) async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let columns = match name {
            "snapshots" => self.snapshots(),
            "history" => self.history(),
            "refs" => self.refs(),
            "properties" => self.properties(),
            "metadata_log_entries" => self.metadata_log(),
            "manifests" => self.manifests().await?,
            "files" => self.files().await?,
            "partitions" => self.partitions().await?,
            _ => return Ok(None),
        };
        let (fields, columns): (Vec<Field>, Vec<ArrayRef>) = columns
            .into_iter()
            .map(|(name, column)| (Field::new(name, column.data_type().clone(), true), column))
            .unzip();
        let rows = columns.first().map_or(0, |column| column.len());
        let schema = Arc::new(ArrowSchema::new(fields));
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let batch = RecordBatch::try_new_with_options(schema.clone(), columns, &options)?;
        Ok(Some(Arc::new(MemTable::try_new(schema, vec![vec![batch]])?)))
    }
}

/// Columns by their names.
type Columns = Vec<(&'static str, ArrayRef)>;

/// Moments to the millisecond, in a zone.
fn moment() -> DataType {
    DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()))
}

/// A moment as messages tell it.
pub(crate) fn instant(micros: i64) -> String {
    let text = aquifer_iceberg::spell_value(
        aquifer_iceberg::Primitive::Timestamp,
        &aquifer_iceberg::avro::Value::Long(micros),
    );
    format!("{text}Z")
}
