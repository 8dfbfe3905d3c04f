//! Commits: Glue points a table to other metadata, if it is still as the change saw it.

use std::collections::BTreeMap;
use std::sync::Arc;

use aquifer_iceberg::change::{Change, Known, to_main};
use aquifer_iceberg::{TableMetadata, TableUpdate, catalog_columns};
use aquifer_sql_iceberg::{as_sql, commit_failed, refused};
use glue_api::{Client, Column, StorageDescriptor, Table, TableInput, UpdateTableInput};

use super::{Loaded, QUERY_ID};
use crate::failure::Failure;
use crate::run::Run;

/// Whether somebody else was first.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Committed {
    Done,
    Late,
}

impl Run {
    /// Commits changes to a table as it was loaded. What is left of an attempt that was late is the
    /// metadata file alone, which goes.
    pub(super) async fn commit(
        &self,
        loaded: &Loaded,
        updates: &[TableUpdate],
    ) -> Result<Committed, Failure> {
        self.check_cancelled()?;
        let before = &loaded.metadata;
        let now = self.ctx.now().as_millis();
        let after = before.apply(updates, now).map_err(refused)?;
        let after = after.with_previous(&loaded.location, before);
        let location = next_location(&loaded.location, &after.location, &self.ctx.ids().uuid());
        let bytes = after.to_json().map_err(refused)?;
        self.io().write(&location, bytes).await.map_err(as_sql)?;
        let input = UpdateTableInput {
            database_name: loaded.database.clone(),
            table_input: Some(pointed(&loaded.table, &after, &location, Some(&loaded.location))),
            version_id: loaded.table.version_id.clone(),
            skip_archive: Some(true),
            ..UpdateTableInput::default()
        };
        match Client::update_table(&self.ctx, input).await {
            Ok(_) => Ok(Committed::Done),
            Err(fail) if fail.is("ConcurrentModificationException") => {
                self.io().delete(&[location]).await;
                Ok(Committed::Late)
            }
            Err(fail) => {
                // Where it is not known what came of it, the file may be needed.
                if fail.is_sender() {
                    self.io().delete(&[location]).await;
                }
                Err(Failure::catalog(&fail))
            }
        }
    }

    /// Commits a change of files as the table's newest snapshot. Files of an attempt that was late
    /// go, those of rows excepted.
    pub(super) async fn commit_change(
        &self,
        loaded: &Loaded,
        known: &[Known],
        change: &Change,
    ) -> Result<Committed, Failure> {
        let seed = self.seed(&loaded.metadata);
        let mut change = change.clone();
        change.notes.insert(QUERY_ID.to_owned(), self.live.id.clone());
        let made = change.snapshot(&loaded.metadata, known, &seed).map_err(refused)?;
        let paths: Vec<String> = made.files.iter().map(|(path, _)| path.clone()).collect();
        let writing = async {
            for (path, bytes) in made.files {
                self.io().write(&path, bytes).await.map_err(as_sql)?;
            }
            self.commit(loaded, &to_main(&loaded.metadata, made.snapshot)).await
        };
        let outcome = writing.await;
        if matches!(outcome, Ok(Committed::Late)) {
            self.io().delete(&paths).await;
        }
        outcome
    }
}

/// Why a change is given up.
pub(super) fn given_up(loaded: &Loaded) -> Failure {
    let (database, name) = (&loaded.database, loaded.name());
    commit_failed(format!("Failed to commit Iceberg update to table: {database}.{name}")).into()
}

/// Where the next metadata file goes: one number further.
pub(super) fn next_location(current: &str, table: &str, unique: &str) -> String {
    let file = current.rsplit('/').next().unwrap_or_default();
    let number = file.split('-').next().and_then(|number| number.parse::<u64>().ok());
    metadata_location(table, number.map_or(1, |number| number + 1), unique)
}

/// Where a metadata file goes.
pub(super) fn metadata_location(table: &str, number: u64, unique: &str) -> String {
    format!("{}/metadata/{number:05}-{unique}.metadata.json", table.trim_end_matches('/'))
}

/// A table of the catalog as it points to metadata.
fn pointed(
    table: &Arc<Table>,
    metadata: &TableMetadata,
    location: &str,
    previous: Option<&str>,
) -> TableInput {
    let table = table.as_ref().clone();
    let mut parameters = table.parameters.unwrap_or_default();
    point(&mut parameters, location, previous);
    let storage = table.storage_descriptor.unwrap_or_default();
    TableInput {
        name: table.name,
        description: table.description,
        owner: table.owner,
        last_access_time: table.last_access_time,
        last_analyzed_time: table.last_analyzed_time,
        retention: table.retention,
        partition_keys: table.partition_keys,
        view_original_text: table.view_original_text,
        view_expanded_text: table.view_expanded_text,
        table_type: table.table_type,
        parameters: Some(parameters),
        storage_descriptor: Some(storage_of(metadata, storage)),
        ..TableInput::default()
    }
}

/// A new table of the catalog.
pub(super) fn new_table(
    name: &str,
    comment: Option<String>,
    metadata: &TableMetadata,
    location: &str,
) -> TableInput {
    let mut parameters = BTreeMap::from([("table_type".to_owned(), "ICEBERG".to_owned())]);
    point(&mut parameters, location, None);
    TableInput {
        name: name.to_owned(),
        description: comment,
        table_type: Some("EXTERNAL_TABLE".to_owned()),
        parameters: Some(parameters),
        storage_descriptor: Some(storage_of(metadata, StorageDescriptor::default())),
        ..TableInput::default()
    }
}

fn point(parameters: &mut BTreeMap<String, String>, location: &str, previous: Option<&str>) {
    parameters.insert("metadata_location".to_owned(), location.to_owned());
    if let Some(previous) = previous {
        parameters.insert("previous_metadata_location".to_owned(), previous.to_owned());
    }
}

fn storage_of(metadata: &TableMetadata, storage: StorageDescriptor) -> StorageDescriptor {
    let columns = metadata.current_schema().map(catalog_columns).unwrap_or_default();
    let columns = columns.into_iter().map(|column| Column {
        name: column.name,
        r#type: Some(column.data_type),
        comment: column.comment,
        parameters: Some(column.parameters),
    });
    StorageDescriptor {
        columns: Some(columns.collect()),
        location: Some(metadata.location.clone()),
        ..storage
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_files_are_numbered() {
        let next = |current: &str| next_location(current, "s3://b/t/", "u");
        assert_eq!(
            next("s3://b/t/metadata/00007-x.metadata.json"),
            "s3://b/t/metadata/00008-u.metadata.json"
        );
        assert_eq!(next("s3://b/v3.json"), "s3://b/t/metadata/00001-u.metadata.json");
    }
}
