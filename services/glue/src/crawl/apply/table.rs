//! One table: made, brought up to date or left as the policy has it, forgotten.

use glue_api::{Column, DeleteBehavior, TableInput, UpdateBehavior};
use platform::{Result, WriteTx};

use crate::catalog::table::Update;
use crate::catalog::{self, Maker};
use crate::crawl::definition::Plan;
use crate::crawl::describe;
use crate::store::TableRow;

/// What became of a table.
pub(super) enum Written {
    Created,
    Updated,
    /// It differs and is left as it is.
    Ignored,
    /// It seems to differ, and is left as it is since not all of its files could be read.
    Unsure,
    Same,
}

/// Brings a table up to date with what was found, as the policy has it; `whole` if all of its files
/// could be read.
pub(super) fn update(
    tx: &WriteTx<'_>,
    maker: &Maker,
    plan: &Plan,
    row: TableRow,
    found: TableInput,
    whole: bool,
) -> Result<Written> {
    let old = row.table.0;
    let mut input = catalog::describe::input(old.clone());
    let mut storage = found.storage_descriptor.unwrap_or_default();
    let own = old.storage_descriptor.clone().unwrap_or_default();
    let old_columns = own.columns.clone().unwrap_or_default();
    // What could not be read may have the columns that were not found.
    let keep = plan.settings.merge_new_columns() || !whole;
    let columns = merged(keep, &old_columns, storage.columns.take().unwrap_or_default());
    // Folders tell the names of keys; their types are all the same to a crawler, and a client's own.
    let keys_differ = !describe::same_names(
        old.partition_keys.as_deref().unwrap_or_default(),
        found.partition_keys.as_deref().unwrap_or_default(),
    );
    if keys_differ && !whole {
        return Ok(Written::Unsure);
    }
    let changed = keys_differ
        || !describe::same_columns(&old_columns, &columns)
        || !describe::reads_same(&own, &storage);
    storage.columns = Some(columns);
    let mut parameters = input.parameters.take().unwrap_or_default();
    let deprecated = parameters.remove(describe::DEPRECATED_BY).is_some();
    parameters.extend(found.parameters.unwrap_or_default());
    if plan.update == UpdateBehavior::Log {
        if deprecated {
            // It is back: the mark goes, all else stays.
            input.parameters = old.parameters.clone();
            input.parameters.get_or_insert_default().remove(describe::DEPRECATED_BY);
            let how = Update::default();
            catalog::table::update(tx, maker, &plan.database, input, &how)?;
        }
        return Ok(match (changed, deprecated) {
            (true, _) => Written::Ignored,
            (false, true) => Written::Updated,
            (false, false) => Written::Same,
        });
    }
    let counted = Some(&parameters) != old.parameters.as_ref();
    if !changed && !deprecated && !counted {
        return Ok(Written::Same);
    }
    input.parameters = Some(parameters);
    input.storage_descriptor = Some(storage);
    if keys_differ {
        // Partitions of other keys are none of this table: it is made anew.
        input.partition_keys = found.partition_keys;
        catalog::table::delete(tx, maker, &plan.database, &old.name)?;
        catalog::table::create(tx, maker, &plan.database, input)?;
        return Ok(Written::Updated);
    }
    // A run that only counted more makes no version.
    let how = Update { from_version: None, skip_archive: !changed };
    catalog::table::update(tx, maker, &plan.database, input, &how)?;
    Ok(if changed || deprecated { Written::Updated } else { Written::Same })
}

/// The columns a table has and those found: with `keep` what it has stays as it is and only gets
/// new ones. What people wrote of a column stays.
fn merged(keep: bool, old: &[Column], found: Vec<Column>) -> Vec<Column> {
    let known = |name: &str| old.iter().find(|column| column.name == name);
    if keep {
        let new: Vec<Column> = found.into_iter().filter(|c| known(&c.name).is_none()).collect();
        return old.iter().cloned().chain(new).collect();
    }
    let keep = |column: Column| match known(&column.name) {
        Some(old) => Column { r#type: column.r#type, ..old.clone() },
        None => column,
    };
    found.into_iter().map(keep).collect()
}

/// A table whose folder is gone; answers whether anything was changed.
pub(super) fn forget_table(
    tx: &WriteTx<'_>,
    maker: &Maker,
    plan: &Plan,
    name: &str,
) -> Result<bool> {
    let Some(row) = found_table(tx, plan, name)? else { return Ok(false) };
    match plan.delete {
        DeleteBehavior::Log => Ok(false),
        DeleteBehavior::DeleteFromDatabase => {
            catalog::table::delete(tx, maker, &plan.database, name).map(|()| true)
        }
        DeleteBehavior::DeprecateInDatabase => {
            let mut input = catalog::describe::input(row.table.0);
            let parameters = input.parameters.get_or_insert_default();
            if parameters.contains_key(describe::DEPRECATED_BY) {
                return Ok(false);
            }
            let stamp = maker.now.as_millis().to_string();
            parameters.insert(describe::DEPRECATED_BY.to_owned(), stamp);
            let how = Update::default();
            catalog::table::update(tx, maker, &plan.database, input, &how).map(|()| true)
        }
    }
}

fn found_table(tx: &WriteTx<'_>, plan: &Plan, name: &str) -> Result<Option<TableRow>> {
    match catalog::table::find(tx, &plan.database, name) {
        Ok(row) => Ok(Some(row)),
        Err(fail) if fail.is("EntityNotFoundException") => Ok(None),
        Err(fail) => Err(fail),
    }
}
