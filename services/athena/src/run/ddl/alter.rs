//! `ALTER TABLE`.

use aquifer_sql_hive::{AlterAction, Column, PartitionValue, Position, TableName};
use glue_api::{
    Client, Column as GlueColumn, StorageDescriptor, Table, TableInput, UpdateTableInput,
};

use super::table::glue_column;
use crate::failure::Failure;
use crate::run::{Done, Run};
use crate::table_def;
use crate::uri::S3Uri;

impl Run {
    pub(super) async fn alter_table(
        &self,
        name: &TableName,
        action: AlterAction,
    ) -> Result<Done, Failure> {
        let (database, table) = self.existing_table(name).await?;
        if table_def::is_iceberg(&table) {
            return self.alter_iceberg(&database, &table.name, action).await;
        }
        if table_def::is_view(&table) {
            return Err(Failure::semantic("Cannot alter a view with ALTER TABLE"));
        }
        match action {
            AlterAction::AddPartitions { if_not_exists, partitions } => {
                self.add_partitions(&database, &table, if_not_exists, partitions).await?;
            }
            AlterAction::DropPartitions { if_exists, partitions } => {
                self.drop_partitions(&database, &table, if_exists, &partitions).await?;
            }
            AlterAction::RenamePartition { from, to } => {
                self.rename_partition(&database, &table, &from, &to).await?;
            }
            action => self.alter_definition(&database, table, action).await?,
        }
        self.nothing().await
    }

    async fn alter_definition(
        &self,
        database: &str,
        table: Table,
        action: AlterAction,
    ) -> Result<(), Failure> {
        match action {
            AlterAction::SetLocation { partition, location } => {
                if S3Uri::parse(&location).is_none() {
                    let reason = format!("'{location}' is not a location in S3");
                    return Err(Failure::semantic(reason));
                }
                let set = |storage: &mut StorageDescriptor| storage.location = Some(location);
                self.change_storage(database, table, &partition, set).await
            }
            AlterAction::SetProperties(properties) => {
                let set = |input: &mut TableInput| {
                    input.parameters.get_or_insert_default().extend(properties);
                };
                self.change_table(database, table, set).await
            }
            AlterAction::UnsetProperties { if_exists, keys } => {
                let known = table.parameters.clone().unwrap_or_default();
                if let Some(missing) = keys.iter().find(|key| !known.contains_key(*key))
                    && !if_exists
                {
                    let reason = format!(
                        "Please use the following syntax if not sure whether the property existed \
                         or not: ALTER TABLE tableName UNSET TBLPROPERTIES IF EXISTS ({missing})"
                    );
                    return Err(Failure::execution(reason));
                }
                let unset = |input: &mut TableInput| {
                    let parameters = input.parameters.get_or_insert_default();
                    parameters.retain(|key, _| !keys.contains(key));
                };
                self.change_table(database, table, unset).await
            }
            AlterAction::AddColumns { partition, columns } => {
                refuse_known(&table, &columns)?;
                let add = |storage: &mut StorageDescriptor| {
                    let known = storage.columns.get_or_insert_default();
                    known.extend(columns.into_iter().map(glue_column));
                };
                self.change_storage(database, table, &partition, add).await
            }
            AlterAction::ReplaceColumns { partition, columns } => {
                let replace = |storage: &mut StorageDescriptor| {
                    storage.columns = Some(columns.into_iter().map(glue_column).collect());
                };
                self.change_storage(database, table, &partition, replace).await
            }
            AlterAction::ChangeColumn { name, column, position } => {
                let columns = changed(&table, &name, column, position)?;
                let set = |storage: &mut StorageDescriptor| storage.columns = Some(columns);
                self.change_storage(database, table, &[], set).await
            }
            AlterAction::DropColumn { .. } => Err(Failure::not_supported(
                "DROP COLUMN is for Iceberg tables only: use REPLACE COLUMNS",
            )),
            AlterAction::Rename { .. } => {
                Err(Failure::not_supported("Renaming tables is not supported"))
            }
            AlterAction::AddPartitions { .. }
            | AlterAction::DropPartitions { .. }
            | AlterAction::RenamePartition { .. } => Ok(()),
        }
    }

    /// Changes the storage of a table, or of one of its partitions.
    async fn change_storage(
        &self,
        database: &str,
        table: Table,
        partition: &[PartitionValue],
        change: impl FnOnce(&mut StorageDescriptor),
    ) -> Result<(), Failure> {
        if partition.is_empty() {
            let change = |input: &mut TableInput| {
                change(input.storage_descriptor.get_or_insert_default());
            };
            return self.change_table(database, table, change).await;
        }
        let changed = self.change_partition(database, &table, partition, |input| {
            change(input.storage_descriptor.get_or_insert_default());
        });
        changed.await
    }

    async fn change_table(
        &self,
        database: &str,
        table: Table,
        change: impl FnOnce(&mut TableInput),
    ) -> Result<(), Failure> {
        let mut input = TableInput {
            name: table.name,
            description: table.description,
            owner: table.owner,
            last_access_time: table.last_access_time,
            last_analyzed_time: table.last_analyzed_time,
            retention: table.retention,
            storage_descriptor: table.storage_descriptor,
            partition_keys: table.partition_keys,
            view_original_text: table.view_original_text,
            view_expanded_text: table.view_expanded_text,
            table_type: table.table_type,
            parameters: table.parameters,
            ..TableInput::default()
        };
        change(&mut input);
        let input = UpdateTableInput {
            database_name: database.to_owned(),
            table_input: Some(input),
            ..UpdateTableInput::default()
        };
        let changed = Client::update_table(&self.ctx, input).await;
        changed.map(drop).map_err(|fail| Failure::catalog(&fail))
    }
}

fn refuse_known(table: &Table, columns: &[Column]) -> Result<(), Failure> {
    let storage = table.storage_descriptor.as_ref();
    let known = storage.and_then(|storage| storage.columns.as_ref()).into_iter().flatten();
    let known = known.chain(table.partition_keys.iter().flatten());
    for known in known {
        if columns.iter().any(|column| column.name.eq_ignore_ascii_case(&known.name)) {
            return Err(Failure::semantic(format!("Duplicate column name: {}", known.name)));
        }
    }
    Ok(())
}

/// The columns with one of them changed and moved.
fn changed(
    table: &Table,
    name: &str,
    column: Column,
    position: Option<Position>,
) -> Result<Vec<GlueColumn>, Failure> {
    let storage = table.storage_descriptor.clone().unwrap_or_default();
    let mut columns = storage.columns.unwrap_or_default();
    let missing = |name: &str| Failure::semantic(format!("Invalid column reference {name}"));
    let find = |columns: &[GlueColumn], name: &str| {
        columns.iter().position(|c| c.name.eq_ignore_ascii_case(name)).ok_or_else(|| missing(name))
    };
    let at = find(&columns, name)?;
    let old = columns.remove(at);
    let mut new = glue_column(column);
    new.comment = new.comment.or(old.comment);
    let to = match position {
        None => at,
        Some(Position::First) => 0,
        Some(Position::After(other)) => find(&columns, &other)? + 1,
    };
    columns.insert(to, new);
    Ok(columns)
}
