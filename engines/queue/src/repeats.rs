//! Repeats: what is sent twice under one name within a time is sent once.

use aquifer_store::{Blob, ReadTx, StoreError, WriteTx};
use aquifer_types::Timestamp;

use crate::tables::{FORGET, REPEATS, Repeat};

/// Names forgotten whenever one is remembered, so that there are never many too old ones.
const FORGOTTEN: usize = 4;

/// What was remembered under a name, if that is not over.
///
/// # Errors
/// If the store cannot be read.
pub fn recall(
    tx: &ReadTx<'_>,
    queue: u64,
    name: &str,
    now: Timestamp,
) -> Result<Option<Vec<u8>>, StoreError> {
    let repeat = REPEATS.get(tx, &(queue, name))?;
    Ok(repeat.filter(|repeat| now < repeat.until).map(|repeat| repeat.answer.0))
}

/// Remembers an answer under a name until a time.
///
/// # Errors
/// If the store cannot be read.
pub fn remember(
    tx: &WriteTx<'_>,
    queue: u64,
    name: &str,
    (now, until): (Timestamp, Timestamp),
    answer: Vec<u8>,
) -> Result<(), StoreError> {
    let mut over = Vec::new();
    for key in FORGET.scan(tx).prefix(&(queue,)).keys().take(FORGOTTEN) {
        let (_, until, name) = key?;
        if until > now {
            break;
        }
        over.push((until, name));
    }
    for (until, name) in over {
        FORGET.delete(tx, &(queue, until, name.as_str()))?;
        let key = (queue, name.as_str());
        if REPEATS.get(tx, &key)?.is_some_and(|repeat| repeat.until <= now) {
            REPEATS.delete(tx, &key)?;
        }
    }
    REPEATS.put(tx, &(queue, name), &Repeat { until, answer: Blob(answer) })?;
    FORGET.put(tx, &(queue, until, name), &())
}
