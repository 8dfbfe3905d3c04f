//! Where things are: the tables of this room, their keys and rows.

use platform::{ReadTx, StoreError, Table, WriteTx};

use crate::model::{AliasRow, KeyRow, Material};

/// Key's id → key.
pub(crate) static KEYS: Table<String, KeyRow> = Table::regional("kms.keys");
/// Key's id, material's id → material. Apart from the keys: what was encrypted with a material names
/// it, so that a key with a long past is as quick as a new one.
pub(crate) static MATERIALS: Table<(String, String), Material> = Table::regional("kms.materials");
/// Name, with `alias/` → key.
static ALIASES: Table<String, AliasRow> = Table::regional("kms.aliases");
/// Key's id, alias → nothing: the aliases of a key.
static ALIASES_OF: Table<(String, String), ()> = Table::regional("kms.aliases_of");

/// The key that a name stands for.
pub(crate) fn alias(tx: &ReadTx<'_>, name: &str) -> Result<Option<AliasRow>, StoreError> {
    ALIASES.get(tx, name)
}

/// Puts a name to a key, taking it from another if it has it.
pub(crate) fn put_alias(tx: &WriteTx<'_>, name: &str, row: &AliasRow) -> Result<(), StoreError> {
    delete_alias(tx, name)?;
    ALIASES_OF.put(tx, &(row.target.as_str(), name), &())?;
    ALIASES.put(tx, name, row)
}

/// Takes a name away, answering whether there was one.
pub(crate) fn delete_alias(tx: &WriteTx<'_>, name: &str) -> Result<bool, StoreError> {
    let Some(row) = ALIASES.get(tx, name)? else { return Ok(false) };
    ALIASES_OF.delete(tx, &(row.target.as_str(), name))?;
    ALIASES.delete(tx, name)
}

/// All names after one, in their order.
pub(crate) fn aliases_after<'t>(
    tx: &ReadTx<'t>,
    after: Option<&str>,
) -> impl Iterator<Item = Result<(String, AliasRow), StoreError>> + use<'t> {
    match after {
        Some(name) => ALIASES.scan(tx).after(name),
        None => ALIASES.scan(tx),
    }
}

/// The names of a key.
pub(crate) fn aliases_of(tx: &ReadTx<'_>, key: &str) -> Result<Vec<String>, StoreError> {
    ALIASES_OF.scan(tx).prefix(&(key,)).keys().map(|key| key.map(|(_, alias)| alias)).collect()
}
