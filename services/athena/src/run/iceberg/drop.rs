//! `DROP TABLE`: the table and its files go.

use glue_api::Table;
use object_store::ObjectMeta;

use aquifer_sql_iceberg::as_sql;
use datafusion::error::DataFusionError;
use futures::TryStreamExt;

use crate::failure::Failure;
use crate::run::{Done, Run};

impl Run {
    /// First the table, so that nobody reads it while its files go.
    pub(in crate::run) async fn drop_iceberg(
        &self,
        database: &str,
        table: &Table,
    ) -> Result<Done, Failure> {
        let storage = table.storage_descriptor.as_ref();
        let mut location = storage.and_then(|storage| storage.location.clone());
        // What the metadata says counts, if it can be read still.
        if let Ok((_, read)) = self.catalog.iceberg(table).await {
            location = Some(read.metadata().location.clone());
        }
        self.delete_table(database, &table.name, false).await?;
        if let Some(location) = location {
            let files = self.files_under(&location).await?;
            let paths: Vec<String> = files.into_iter().map(|(url, _)| url).collect();
            self.io().delete(&paths).await;
        }
        self.nothing().await
    }

    /// All files under a folder, by their addresses.
    pub(super) async fn files_under(
        &self,
        location: &str,
    ) -> Result<Vec<(String, ObjectMeta)>, Failure> {
        let (store, path) = self.io().place(location).map_err(as_sql)?;
        let base = location.trim_end_matches('/').strip_suffix(path.as_ref());
        let base = base.unwrap_or(location).to_owned();
        let listed =
            store.list(Some(&path)).map_ok(|meta| (format!("{base}{}", meta.location), meta));
        let listed: Result<Vec<_>, object_store::Error> = listed.try_collect().await;
        listed.map_err(|error| as_sql(DataFusionError::ObjectStore(Box::new(error))).into())
    }
}
