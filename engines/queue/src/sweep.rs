//! The end of a queue.

use aquifer_store::{AsPrefix, Key, Row, StoreError, Table, WriteTx};

use crate::tables::{
    AGES, BODIES, FORGET, GROUPS, HEADS, Head, MEMBERS, READY, REPEATS, STATES, TIMES,
};

/// Begins a queue that is to be what another was: empty, and its numbers go on from the other's.
///
/// # Errors
/// If the store cannot be read.
pub fn succeed(tx: &WriteTx<'_>, old: u64, new: u64) -> Result<(), StoreError> {
    let next = HEADS.get(tx, &old)?.unwrap_or_default().next;
    HEADS.put(tx, &new, &Head { next, ..Head::default() })
}

/// Removes rows of a queue that nobody uses any more, `limit` of each table at most. Answers whether
/// all are gone.
///
/// # Errors
/// If the store cannot be read.
pub fn sweep(tx: &WriteTx<'_>, queue: u64, limit: usize) -> Result<bool, StoreError> {
    HEADS.delete(tx, &queue)?;
    let mut done = true;
    done &= clear(tx, &BODIES, &(queue,), limit)?;
    done &= clear(tx, &STATES, &(queue,), limit)?;
    done &= clear(tx, &READY, &(queue,), limit)?;
    done &= clear(tx, &TIMES, &(queue,), limit)?;
    done &= clear(tx, &AGES, &(queue,), limit)?;
    done &= clear(tx, &GROUPS, &(queue,), limit)?;
    done &= clear(tx, &MEMBERS, &(queue,), limit)?;
    done &= clear(tx, &REPEATS, &(queue,), limit)?;
    done &= clear(tx, &FORGET, &(queue,), limit)?;
    Ok(done)
}

fn clear<K: Key, V: Row>(
    tx: &WriteTx<'_>,
    table: &Table<K, V>,
    parts: &impl AsPrefix<K>,
    limit: usize,
) -> Result<bool, StoreError> {
    let mut keys = Vec::new();
    for key in table.scan(tx).prefix(parts).keys().take(limit) {
        keys.push(key?);
    }
    for key in &keys {
        table.delete(tx, key)?;
    }
    Ok(keys.len() < limit)
}
