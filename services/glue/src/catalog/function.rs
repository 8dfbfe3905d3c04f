//! User-defined functions: a class, and where its code is.

use glue_api::{UserDefinedFunction, UserDefinedFunctionInput};
use platform::{ReadTx, Result, Stored, WriteTx};

use super::{Maker, database};
use crate::error;
use crate::store::{DATABASES, FUNCTIONS};

/// A function of a database.
pub(crate) fn get(tx: &ReadTx<'_>, database: &str, name: &str) -> Result<UserDefinedFunction> {
    let owner = database::find(tx, database)?;
    let found = FUNCTIONS.get(tx, &(owner.id, name))?;
    found.map(|Stored(function)| function).ok_or_else(|| error::no_function(name))
}

pub(crate) fn create(
    tx: &WriteTx<'_>,
    maker: &Maker,
    database: &str,
    name: &str,
    input: UserDefinedFunctionInput,
) -> Result<()> {
    let owner = database::find(tx, database)?;
    let key = (owner.id, name);
    if FUNCTIONS.contains(tx, &key)? {
        return Err(error::function_exists(name));
    }
    let mut function = described(name, input);
    function.database_name = Some(database.to_owned());
    function.catalog_id = Some(tx.scope().account.to_string());
    function.create_time = Some(maker.now);
    Ok(FUNCTIONS.put(tx, &key, &Stored(function))?)
}

/// Describes a function anew; another name in the description renames it.
pub(crate) fn update(
    tx: &WriteTx<'_>,
    database: &str,
    name: &str,
    input: UserDefinedFunctionInput,
) -> Result<()> {
    let owner = database::find(tx, database)?;
    let old = get(tx, database, name)?;
    let new_name = input.function_name.as_deref().map_or(name.to_owned(), crate::place::fold);
    if new_name != name {
        if FUNCTIONS.contains(tx, &(owner.id, new_name.as_str()))? {
            return Err(error::function_exists(&new_name));
        }
        FUNCTIONS.delete(tx, &(owner.id, name))?;
    }
    let function = UserDefinedFunction {
        database_name: old.database_name,
        catalog_id: old.catalog_id,
        create_time: old.create_time,
        ..described(&new_name, input)
    };
    Ok(FUNCTIONS.put(tx, &(owner.id, new_name), &Stored(function))?)
}

pub(crate) fn delete(tx: &WriteTx<'_>, database: &str, name: &str) -> Result<()> {
    let owner = database::find(tx, database)?;
    match FUNCTIONS.delete(tx, &(owner.id, name))? {
        true => Ok(()),
        false => Err(error::no_function(name)),
    }
}

/// The functions of a database, or of all, by the names of both.
pub(crate) fn list(tx: &ReadTx<'_>, database: Option<&str>) -> Result<Vec<UserDefinedFunction>> {
    let owners = match database {
        Some(name) => vec![database::find(tx, name)?.id],
        None => DATABASES
            .scan(tx)
            .map(|row| Ok(row.map(|(_, owner)| owner.id)?))
            .collect::<Result<_>>()?,
    };
    let mut functions = Vec::new();
    for id in owners {
        for row in FUNCTIONS.scan(tx).prefix(&(id,)) {
            functions.push(row?.1.0);
        }
    }
    Ok(functions)
}

fn described(name: &str, input: UserDefinedFunctionInput) -> UserDefinedFunction {
    UserDefinedFunction {
        function_name: Some(name.to_owned()),
        class_name: input.class_name,
        owner_name: input.owner_name,
        owner_type: input.owner_type,
        function_type: Some(input.function_type.unwrap_or_default()),
        resource_uris: Some(input.resource_uris.unwrap_or_default()),
        ..UserDefinedFunction::default()
    }
}
