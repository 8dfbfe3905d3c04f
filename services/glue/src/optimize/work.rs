//! A table at work: read, and committed to, as the optimizer's role.

use std::collections::BTreeSet;

use aquifer_iceberg::manifest::{ManifestFile, read_manifest_list};
use aquifer_iceberg::rewrite::SnapshotFiles;
use aquifer_iceberg::{TableMetadata, TableUpdate};
use glue_api::{Client, GetTableInput, Table, UpdateTableInput};
use platform::{Ctx, Fail, Result};

use crate::catalog::describe;
use crate::error;
use crate::iceberg::{files, next_location, pointed, refused};

/// A table and who looks after it.
pub(super) struct Work {
    pub ctx: Ctx,
    pub database: String,
    pub table: String,
}

/// The table as it is at some time.
pub(super) struct Seen {
    pub table: Table,
    pub location: String,
    pub metadata: TableMetadata,
}

impl Work {
    /// The table as it is now.
    pub(super) async fn look(&self) -> Result<Seen> {
        let input = GetTableInput {
            database_name: self.database.clone(),
            name: self.table.clone(),
            ..GetTableInput::default()
        };
        let table = Client::get_table(&self.ctx, input).await?.table;
        let table = table.ok_or_else(error::no_entity)?;
        let parameters = table.parameters.as_ref();
        let location = parameters.and_then(|own| own.get("metadata_location")).cloned();
        let location = location.ok_or_else(|| error::no_table(&self.table))?;
        let bytes = files::read(&self.ctx, &location).await?;
        let metadata = TableMetadata::from_json(&bytes).map_err(refused)?;
        Ok(Seen { table, location, metadata })
    }

    /// Commits changes to the table as it was seen.
    ///
    /// # Errors
    /// `ConcurrentModificationException` when somebody was first.
    pub(super) async fn commit(&self, seen: &Seen, updates: &[TableUpdate]) -> Result<()> {
        let now = self.ctx.now().as_millis();
        let after = seen.metadata.apply(updates, now).map_err(refused)?;
        let after = after.with_previous(&seen.location, &seen.metadata);
        let location = next_location(&seen.location, &after, &self.ctx.ids().uuid());
        files::write(&self.ctx, &location, after.to_json().map_err(refused)?).await?;
        let input = describe::input(seen.table.clone());
        let input = UpdateTableInput {
            database_name: self.database.clone(),
            table_input: Some(pointed(input, &after, &location, Some(&seen.location))),
            version_id: seen.table.version_id.clone(),
            skip_archive: Some(true),
            ..UpdateTableInput::default()
        };
        let updated = Client::update_table(&self.ctx, input).await;
        if updated.as_ref().is_err_and(Fail::is_sender) {
            files::forget(&self.ctx, &location).await;
        }
        updated.map(drop)
    }

    /// The manifests of a list.
    pub(super) async fn manifests(&self, list: &str) -> Result<Vec<ManifestFile>> {
        let bytes = files::read(&self.ctx, list).await?;
        read_manifest_list(&bytes).map_err(refused)
    }

    /// Reads manifests.
    pub(super) async fn files_of(
        &self,
        table: &TableMetadata,
        manifests: Vec<ManifestFile>,
    ) -> Result<SnapshotFiles> {
        let mut read = SnapshotFiles::default();
        for manifest in manifests {
            let bytes = files::read(&self.ctx, &manifest.manifest_path).await?;
            read.add(manifest, &bytes, table).map_err(refused)?;
        }
        Ok(read)
    }

    /// All that a table refers to.
    pub(super) async fn referred(&self, table: &TableMetadata) -> Result<Referred> {
        let mut all = Referred::default();
        all.metadata.extend(table.metadata_log.iter().map(|entry| entry.metadata_file.clone()));
        all.metadata.extend(table.statistics.iter().map(|one| one.statistics_path.clone()));
        let partitions = table.partition_statistics.iter();
        all.metadata.extend(partitions.map(|one| one.statistics_path.clone()));
        for snapshot in &table.snapshots {
            all.manifests.extend(snapshot.manifests.iter().flatten().cloned());
            let Some(list) = &snapshot.manifest_list else { continue };
            all.lists.insert(list.clone());
            for manifest in self.manifests(list).await? {
                // Snapshots share most of their manifests.
                if !all.manifests.insert(manifest.manifest_path.clone()) {
                    continue;
                }
                let read = self.files_of(table, vec![manifest]).await?;
                all.data.extend(read.alive().map(|(_, entry)| entry.data_file.file_path.clone()));
            }
        }
        Ok(all)
    }
}

/// Files by what they are.
#[derive(Default)]
pub(super) struct Referred {
    pub metadata: BTreeSet<String>,
    pub lists: BTreeSet<String>,
    pub manifests: BTreeSet<String>,
    pub data: BTreeSet<String>,
}

impl Referred {
    /// Whether a file is among them.
    pub(super) fn has(&self, file: &str) -> bool {
        let all = [&self.metadata, &self.lists, &self.manifests, &self.data];
        all.iter().any(|some| some.contains(file))
    }
}
