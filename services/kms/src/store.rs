//! Where things are: the tables of this room, their keys and rows.

use platform::{ReadTx, StoreError, Table, WriteTx};

use crate::model::{AliasRow, GrantRow, KeyRow, Material};

/// Key's id → key.
pub(crate) static KEYS: Table<String, KeyRow> = Table::regional("kms.keys");
/// Key's id, material's id → material. Apart from the keys: what was encrypted with a material names
/// it, so that a key with a long past is as quick as a new one.
pub(crate) static MATERIALS: Table<(String, String), Material> = Table::regional("kms.materials");
/// Name, with `alias/` → key.
static ALIASES: Table<String, AliasRow> = Table::regional("kms.aliases");
/// Key's id, alias → nothing: the aliases of a key.
static ALIASES_OF: Table<(String, String), ()> = Table::regional("kms.aliases_of");

/// Key's id, grant's id → grant.
pub(crate) static GRANTS: Table<(String, String), GrantRow> = Table::regional("kms.grants");
/// Who may retire it, key's id, grant's id → nothing.
pub(crate) static RETIRABLE: Table<(String, String, String), ()> =
    Table::regional("kms.grants_retirable");

/// Adds a grant.
pub(crate) fn put_grant(
    tx: &WriteTx<'_>,
    key: &str,
    id: &str,
    grant: &GrantRow,
) -> Result<(), StoreError> {
    if let Some(principal) = &grant.retiring {
        RETIRABLE.put(tx, &(principal.as_str(), key, id), &())?;
    }
    GRANTS.put(tx, &(key, id), grant)
}

/// Ends a grant, answering whether there was one.
pub(crate) fn delete_grant(tx: &WriteTx<'_>, key: &str, id: &str) -> Result<bool, StoreError> {
    let Some(grant) = GRANTS.get(tx, &(key, id))? else { return Ok(false) };
    if let Some(principal) = &grant.retiring {
        RETIRABLE.delete(tx, &(principal.as_str(), key, id))?;
    }
    GRANTS.delete(tx, &(key, id))
}

/// Ends all grants of a key.
pub(crate) fn delete_grants(tx: &WriteTx<'_>, key: &str) -> Result<(), StoreError> {
    let ids: Vec<String> = GRANTS
        .scan(tx)
        .prefix(&(key,))
        .keys()
        .map(|key| key.map(|(_, id)| id))
        .collect::<Result<_, _>>()?;
    for id in ids {
        delete_grant(tx, key, &id)?;
    }
    Ok(())
}

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
