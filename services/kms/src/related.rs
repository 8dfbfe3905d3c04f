//! Keys of several regions that are one: the same id, the same material, and some of their
//! properties, kept the same in one transaction. Each has its own policy, state, names, grants and
//! tags.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html>

use platform::{Result, Scope, Timestamp, WriteTx};

use crate::model::KeyRow;
use crate::{jobs, store};

/// Changes a key of the transaction's scope and all that are one with it; answers the key, changed.
pub(crate) fn change(
    tx: &WriteTx<'_>,
    key: &KeyRow,
    change: impl Fn(&WriteTx<'_>, &mut KeyRow) -> Result<()>,
) -> Result<KeyRow> {
    let mut own = key.clone();
    for scope in scopes(tx.scope(), key) {
        let there = &tx.in_scope(&scope);
        let Some(mut row) = store::KEYS.get(there, &key.id)? else { continue };
        change(there, &mut row)?;
        store::KEYS.put(there, &row.id, &row)?;
        if scope == *tx.scope() {
            own = row;
        }
    }
    Ok(own)
}

/// Tells the others that a key of the transaction's scope is gone. A primary key that was to be
/// deleted once its replicas are gone begins to wait when the last one is.
pub(crate) fn left(tx: &WriteTx<'_>, now: Timestamp, key: &KeyRow) -> Result<()> {
    let Some(multi) = &key.multi_region else { return Ok(()) };
    let (gone, primary) = (&tx.scope().region, multi.primary.clone());
    change(tx, key, |_, other| {
        if let Some(multi) = &mut other.multi_region {
            multi.replicas.remove(gone);
        }
        Ok(())
    })?;
    let there = &tx.in_scope(&tx.scope().in_region(primary));
    let Some(first) = store::KEYS.get(there, &key.id)? else { return Ok(()) };
    let waited = first.deletion.filter(|deletion| deletion.at.is_none());
    let alone = first.multi_region.as_ref().is_none_or(|multi| multi.replicas.is_empty());
    if let Some(deletion) = waited.filter(|_| alone) {
        jobs::schedule_deletion(there, now, first, deletion.days)?;
    }
    Ok(())
}

/// Where a key is, and all that are one with it.
pub(crate) fn scopes(own: &Scope, key: &KeyRow) -> Vec<Scope> {
    match &key.multi_region {
        Some(multi) => multi.regions().map(|region| own.in_region(region.clone())).collect(),
        None => vec![own.clone()],
    }
}
