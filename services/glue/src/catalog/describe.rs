//! Tables and partitions as clients describe them, made into what the catalog keeps.

use glue_api::{Column, Partition, PartitionInput, StorageDescriptor, Table, TableInput};
use platform::Result;

use crate::error;
use crate::place::fold;

/// A table's definition; who made it and when is the caller's to add.
pub(crate) fn table(input: TableInput) -> Result<Table> {
    if input.view_definition.is_some() {
        return Err(error::absent("TableInput.ViewDefinition (multi-dialect views)"));
    }
    if input.target_table.is_some() {
        return Err(error::absent("TableInput.TargetTable (resource links)"));
    }
    check_names(input.partition_keys.as_deref().unwrap_or_default())?;
    Ok(Table {
        name: fold(&input.name),
        description: input.description,
        owner: input.owner,
        last_access_time: input.last_access_time,
        last_analyzed_time: input.last_analyzed_time,
        retention: Some(input.retention.unwrap_or(0)),
        storage_descriptor: input.storage_descriptor.map(storage).transpose()?,
        partition_keys: Some(input.partition_keys.unwrap_or_default()),
        view_original_text: input.view_original_text,
        view_expanded_text: input.view_expanded_text,
        table_type: input.table_type,
        parameters: input.parameters,
        is_registered_with_lake_formation: Some(false),
        is_multi_dialect_view: Some(false),
        ..Table::default()
    })
}

/// A table's definition as it would be described again: the reverse of [`table`].
pub(crate) fn input(table: Table) -> TableInput {
    TableInput {
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
    }
}

/// A partition's definition, its values and times left to the caller.
pub(crate) fn partition(input: PartitionInput) -> Result<Partition> {
    Ok(Partition {
        values: input.values,
        last_access_time: input.last_access_time,
        last_analyzed_time: input.last_analyzed_time,
        parameters: input.parameters,
        storage_descriptor: input.storage_descriptor.map(storage).transpose()?,
        ..Partition::default()
    })
}

fn storage(mut storage: StorageDescriptor) -> Result<StorageDescriptor> {
    if storage.schema_reference.is_some() {
        return Err(error::absent("StorageDescriptor.SchemaReference (the schema registry)"));
    }
    check_names(storage.columns.as_deref().unwrap_or_default())?;
    storage.compressed.get_or_insert(false);
    storage.number_of_buckets.get_or_insert(0);
    storage.stored_as_sub_directories.get_or_insert(false);
    Ok(storage)
}

fn check_names(columns: &[Column]) -> Result<()> {
    let mut seen = std::collections::HashSet::with_capacity(columns.len());
    match columns.iter().find(|column| !seen.insert(fold(&column.name))) {
        Some(twice) => {
            Err(error::invalid(format!("Column name {} is used more than once.", twice.name)))
        }
        None => Ok(()),
    }
}
