//! One table: made, brought up to date or left as the policy has it, forgotten.

use std::collections::HashMap;

use aquifer_formats::HiveType;
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
    let found_columns = storage.columns.take().unwrap_or_default();
    let columns = match (plan.settings.merge_new_columns(), whole) {
        (true, _) => united(&old_columns, found_columns, |old, _| old.r#type.clone()),
        // What could not be read may have the columns and the values that were not found.
        (false, false) => united(&old_columns, found_columns, wider),
        (false, true) => renewed(&old_columns, found_columns),
    };
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

/// The columns found; what people wrote of those a table has already stays.
fn renewed(old: &[Column], found: Vec<Column>) -> Vec<Column> {
    let known: HashMap<&str, &Column> = old.iter().map(|c| (c.name.as_str(), c)).collect();
    let keep = |column: Column| match known.get(column.name.as_str()) {
        Some(old) => Column { r#type: column.r#type, ..(*old).clone() },
        None => column,
    };
    found.into_iter().map(keep).collect()
}

/// The columns a table has, in types that both agree on, and after them the new ones.
fn united(
    old: &[Column],
    found: Vec<Column>,
    agreed: impl Fn(&Column, &Column) -> Option<String>,
) -> Vec<Column> {
    let mut columns = old.to_vec();
    let places: HashMap<&str, usize> =
        old.iter().enumerate().map(|(at, column)| (column.name.as_str(), at)).collect();
    for column in found {
        match places.get(column.name.as_str()) {
            Some(&at) => columns[at].r#type = agreed(&columns[at], &column),
            None => columns.push(column),
        }
    }
    columns
}

/// The type that holds the values of both; the new one where an old one is none that is known.
fn wider(old: &Column, found: &Column) -> Option<String> {
    let ty = |column: &Column| column.r#type.as_deref()?.parse::<HiveType>().ok();
    match (ty(old), ty(found)) {
        (Some(a), Some(b)) => Some(a.merge(&b).to_string()),
        _ => found.r#type.clone(),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(text: &str) -> Vec<Column> {
        let column = |text: &str| {
            let (name, ty) = text.split_once(' ').unwrap();
            let (name, r#type) = (name.to_owned(), Some(ty.to_owned()));
            Column { name, r#type, ..Column::default() }
        };
        text.split(';').map(column).collect()
    }

    fn told(columns: &[Column]) -> String {
        let each = columns.iter().map(|c| format!("{} {}", c.name, c.r#type.as_deref().unwrap()));
        each.collect::<Vec<_>>().join(";")
    }

    #[test]
    fn columns_that_may_be_in_unread_files_stay_and_widen() {
        let old = columns("a int;b string;c date;d own<type>");
        let found = || columns("c timestamp;a double;e int;b int;d int");
        let wide = "a double;b string;c timestamp;d int;e int";
        assert_eq!(told(&united(&old, found(), wider)), wide);
        let fewer = columns("b int");
        assert_eq!(told(&united(&old, fewer, wider)), "a int;b string;c date;d own<type>");
        let same = |old: &Column, _: &Column| old.r#type.clone();
        let kept = "a int;b string;c date;d own<type>;e int";
        assert_eq!(told(&united(&old, found(), same)), kept);
        assert_eq!(told(&renewed(&old, columns("b int"))), "b int");
    }
}
