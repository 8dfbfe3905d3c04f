//! Tables and their versions.

use glue_api::{Table, TableInput, TableVersion};
use platform::{ReadTx, Result, Stored, WriteTx, jobs};

use super::{Maker, database, describe, purge};
use crate::error;
use crate::place::fold;
use crate::store::{PARTITIONS, TABLES, TableRow, VERSIONS};

/// The table of a name; what is missing, database or table, is what the error says.
pub(crate) fn find(tx: &ReadTx<'_>, database: &str, name: &str) -> Result<TableRow> {
    let database = database::find(tx, database)?;
    TABLES.get(tx, &(database.id, name))?.ok_or_else(error::no_entity)
}

/// As [`find`], for those who mean to change it.
pub(crate) fn find_to_change(tx: &ReadTx<'_>, database: &str, name: &str) -> Result<TableRow> {
    let database = database::find(tx, database)?;
    TABLES.get(tx, &(database.id, name))?.ok_or_else(|| error::no_table(name))
}

pub(crate) fn create(
    tx: &WriteTx<'_>,
    maker: &Maker,
    database: &str,
    input: TableInput,
) -> Result<TableRow> {
    let owner = database::find(tx, database)?;
    let name = fold(&input.name);
    if TABLES.contains(tx, &(owner.id, name.as_str()))? {
        return Err(error::table_exists());
    }
    let mut table = describe::table(input)?;
    table.database_name = Some(database.to_owned());
    table.catalog_id = Some(tx.scope().account.to_string());
    table.created_by = Some(maker.arn.clone());
    table.create_time = Some(maker.now);
    table.update_time = Some(maker.now);
    table.version_id = Some("0".to_owned());
    let row = TableRow { id: maker.ids.number(), version: 0, table: Stored(table) };
    TABLES.put(tx, &(owner.id, name), &row)?;
    Ok(row)
}

/// How a table is to be changed.
#[derive(Default)]
pub(crate) struct Update<'a> {
    /// The version the change was made from, if that matters.
    pub from_version: Option<&'a str>,
    /// Whether the table as it was is forgotten.
    pub skip_archive: bool,
}

pub(crate) fn update(
    tx: &WriteTx<'_>,
    maker: &Maker,
    database: &str,
    input: TableInput,
    how: &Update<'_>,
) -> Result<()> {
    let owner = database::find(tx, database)?;
    let key = (owner.id, fold(&input.name));
    let row = TABLES.get(tx, &key)?.ok_or_else(|| error::no_table(&key.1))?;
    if how.from_version.is_some_and(|from| from != row.version.to_string()) {
        return Err(error::stale_version());
    }
    check_keys(tx, &row, &input)?;
    let TableRow { id, version, table: Stored(old) } = row;
    let mut table = describe::table(input)?;
    table.database_name.clone_from(&old.database_name);
    table.catalog_id.clone_from(&old.catalog_id);
    table.created_by.clone_from(&old.created_by);
    table.create_time = old.create_time;
    table.update_time = Some(maker.now);
    table.version_id = Some((version + 1).to_string());
    if !how.skip_archive {
        VERSIONS.put(tx, &(id, version), &Stored(old))?;
    }
    let row = TableRow { id, version: version + 1, table: Stored(table) };
    Ok(TABLES.put(tx, &key, &row)?)
}

/// A table with partitions keeps the number of its partition keys: the partitions' values are in
/// their order.
fn check_keys(tx: &ReadTx<'_>, row: &TableRow, input: &TableInput) -> Result<()> {
    let old = row.table.0.partition_keys.as_ref().map_or(0, Vec::len);
    let new = input.partition_keys.as_ref().map_or(0, Vec::len);
    if old != new && PARTITIONS.scan(tx).prefix(&(row.id,)).keys().next().transpose()?.is_some() {
        return Err(error::invalid(
            "The number of partition keys of a table with partitions cannot be changed.",
        ));
    }
    Ok(())
}

/// Removes a table. Its partitions and versions are out of sight with it; many are swept away by
/// a job.
pub(crate) fn delete(tx: &WriteTx<'_>, maker: &Maker, database: &str, name: &str) -> Result<()> {
    let owner = database::find(tx, database)?;
    let key = (owner.id, name);
    let row = TABLES.get(tx, &key)?.ok_or_else(|| error::no_table(name))?;
    TABLES.delete(tx, &key)?;
    if purge::sweep_table(tx, row.id)? {
        jobs::schedule(tx, &purge::table_job(row.id), maker.now, Vec::new())?;
    }
    Ok(())
}

/// The version of an id, archived or current; the current one without an id.
pub(crate) fn version(tx: &ReadTx<'_>, row: &TableRow, id: Option<&str>) -> Result<TableVersion> {
    let Some(id) = id else { return Ok(current(row)) };
    let number = version_number(id)?;
    if number == row.version {
        return Ok(current(row));
    }
    let Stored(table) = VERSIONS.get(tx, &(row.id, number))?.ok_or_else(error::no_version)?;
    Ok(as_version(table))
}

/// The version as it stands now.
pub(crate) fn current(row: &TableRow) -> TableVersion {
    as_version(row.table.0.clone())
}

pub(crate) fn as_version(table: Table) -> TableVersion {
    TableVersion { version_id: table.version_id.clone(), table: Some(table) }
}

/// Removes an archived version.
pub(crate) fn delete_version(tx: &WriteTx<'_>, row: &TableRow, id: &str) -> Result<()> {
    let number = version_number(id)?;
    if number == row.version {
        return Err(error::invalid("The latest version of a table cannot be deleted."));
    }
    match VERSIONS.delete(tx, &(row.id, number))? {
        true => Ok(()),
        false => Err(error::no_version()),
    }
}

fn version_number(id: &str) -> Result<u64> {
    id.parse().map_err(|_| error::invalid("Version ID must be a number."))
}
