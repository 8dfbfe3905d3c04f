//! A table as queries name it: its rows now, its rows once, or what is known of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use aquifer_iceberg::{MAIN, RefKind, Schema, Snapshot, TableMetadata};
use aquifer_sql::{ForeignTable, SqlError, Version, Wanted};
use async_trait::async_trait;
use datafusion::arrow::datatypes::{Schema as ArrowSchema, SchemaRef};
use datafusion::datasource::TableProvider;

use crate::about;
use crate::error::{invalid_metadata, refused};
use crate::io::{Io, as_sql};
use crate::provider::IcebergProvider;
use crate::types::column_fields;

/// A table, as one metadata file describes it.
#[derive(Clone, Debug)]
pub struct IcebergTable {
    metadata: Arc<TableMetadata>,
    io: Io,
    /// The files whose rows are read, where not all are.
    only: Option<Arc<BTreeSet<String>>>,
}

impl IcebergTable {
    /// The table of some metadata; its files are read as `io` may.
    pub fn new(metadata: Arc<TableMetadata>, io: Io) -> Self {
        Self { metadata, io, only: None }
    }

    /// The rows of some files alone.
    #[must_use]
    pub fn only(self, files: BTreeSet<String>) -> Self {
        Self { only: Some(Arc::new(files)), ..self }
    }

    /// What the table is.
    pub fn metadata(&self) -> &Arc<TableMetadata> {
        &self.metadata
    }

    /// The snapshot of a version, and the schema its rows are read by; none where the table has no
    /// rows yet.
    ///
    /// # Errors
    /// When the table has no such version.
    fn version(
        &self,
        version: Option<&Version>,
    ) -> Result<(Option<&Snapshot>, Arc<Schema>), SqlError> {
        let table = &self.metadata;
        let invalid = |message: String| SqlError::user("INVALID_ARGUMENTS", message);
        let own = |snapshot: Option<&Snapshot>| {
            let schema = snapshot.and_then(|one| one.schema_id).and_then(|id| table.schema(id));
            match schema {
                Some(schema) => Ok(Arc::new(schema.clone())),
                None => table.current_schema().map(|one| Arc::new(one.clone())).map_err(refused),
            }
        };
        let snapshot =
            match version {
                None => {
                    let schema = table.current_schema().map_err(refused)?;
                    return Ok((table.current_snapshot(), Arc::new(schema.clone())));
                }
                Some(Version::At(micros)) => {
                    let at = micros.div_euclid(1_000);
                    let known = table.snapshot_log.iter().filter(|entry| entry.timestamp_ms <= at);
                    let found = known.max_by_key(|entry| entry.timestamp_ms);
                    let found = found.and_then(|entry| table.snapshot(entry.snapshot_id));
                    Some(found.ok_or_else(|| {
                        invalid(format!(
                            "No version history table at or before {}",
                            crate::about::instant(*micros)
                        ))
                    })?)
                }
                Some(Version::Number(id)) => Some(table.snapshot(*id).ok_or_else(|| {
                    invalid(format!("Iceberg snapshot ID does not exists: {id}"))
                })?),
                Some(Version::Name(name)) => {
                    let found = table.refs.get(name).ok_or_else(|| {
                        invalid(format!("Cannot find snapshot with reference name: {name}"))
                    })?;
                    let snapshot = table.snapshot(found.snapshot_id);
                    // A branch is read by the schema of the table, a tag by that of its snapshot.
                    if found.kind == RefKind::Branch || name == MAIN {
                        let schema = table.current_schema().map_err(refused)?;
                        return Ok((snapshot, Arc::new(schema.clone())));
                    }
                    snapshot
                }
            };
        Ok((snapshot, own(snapshot)?))
    }
}

#[async_trait]
impl ForeignTable for IcebergTable {
    fn schema(&self) -> SchemaRef {
        let fields = self.metadata.current_schema().map(column_fields).unwrap_or_default();
        Arc::new(ArrowSchema::new(fields))
    }

    async fn provider(&self, wanted: Wanted) -> Result<Option<Arc<dyn TableProvider>>, SqlError> {
        let (snapshot, schema) = self.version(wanted.version.as_ref())?;
        if let Some(part) = &wanted.part {
            let about =
                about::About { table: &self.metadata, snapshot, schema: &schema, io: &self.io };
            return about.table(part).await.map_err(as_sql);
        }
        if self.metadata.format_version > 2 {
            return Err(invalid_metadata("Iceberg format version 3 is not supported"));
        }
        let provider = IcebergProvider::new(
            self.metadata.clone(),
            snapshot.cloned(),
            schema,
            self.io.clone(),
            &wanted,
        );
        let provider = provider.only(self.only.clone());
        Ok(Some(Arc::new(provider)))
    }
}
