//! What time alone does: leases and delays end, and old messages go.

use std::time::Duration;

use aquifer_store::{ReadTx, StoreError, WriteTx};
use aquifer_types::Timestamp;

use crate::tables::{self, HEADS, Open};

/// Changes of one call; the next one goes on.
const STEPS_MAX: usize = 2_000;

/// Whether there is something to receive, or when to look again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outlook {
    /// [`tick`] or [`crate::receive`] has something to do.
    pub ready: bool,
    /// When the next lease or delay ends.
    pub next: Option<Timestamp>,
}

/// How a queue will look at `now`, without changing anything.
///
/// # Errors
/// If the store cannot be read.
pub fn outlook(tx: &ReadTx<'_>, queue: u64, now: Timestamp) -> Result<Outlook, StoreError> {
    let Some(head) = HEADS.get(tx, &queue)? else {
        return Ok(Outlook { ready: false, next: None });
    };
    let next = tables::first_time(tx, queue, &head)?.map(|(at, _)| at);
    let ready = next.is_some_and(|at| at <= now)
        || tables::first_ready(tx, queue, head.first_ready)?.is_some();
    Ok(Outlook { ready, next })
}

/// Whether [`tick`] has something to do at `now`.
///
/// # Errors
/// If the store cannot be read.
pub fn is_due(
    tx: &ReadTx<'_>,
    queue: u64,
    now: Timestamp,
    keep: Duration,
) -> Result<bool, StoreError> {
    let Some(head) = HEADS.get(tx, &queue)? else { return Ok(false) };
    let over = tables::first_time(tx, queue, &head)?.is_some_and(|(at, _)| at <= now);
    Ok(over || tables::first_age(tx, queue, &head)?.is_some_and(|(sent, _)| sent + keep <= now))
}

/// Ends the leases and delays that are over, and removes messages older than `keep`. Answers whether
/// all is done that was due: a queue that nobody looked at for long takes several calls.
///
/// # Errors
/// If the store cannot be read.
pub fn tick(
    tx: &WriteTx<'_>,
    queue: u64,
    now: Timestamp,
    keep: Duration,
) -> Result<bool, StoreError> {
    let mut open = Open::new(tx, queue)?;
    let (mut steps, mut changed) = (0, false);
    while let Some((sent, number)) = tables::first_age(tx, queue, &open.head)? {
        let moved = open.head.first_age != (sent, number);
        open.head.first_age = (sent, number);
        changed |= moved;
        if sent + keep > now || steps == STEPS_MAX {
            break;
        }
        if let Some(state) = open.state(number)? {
            open.remove(number, state)?;
        }
        (steps, changed) = (steps + 1, true);
    }
    while let Some((at, number)) = tables::first_time(tx, queue, &open.head)? {
        let moved = open.head.first_time != (at, number);
        open.head.first_time = (at, number);
        changed |= moved;
        if at > now || steps >= STEPS_MAX {
            break;
        }
        if let Some(mut state) = open.state(number)? {
            open.unhide(number, &mut state)?;
            open.put_state(number, &state)?;
            open.show(number, &state)?;
        }
        (steps, changed) = (steps + 1, true);
    }
    if changed {
        open.close()?;
    }
    Ok(steps < STEPS_MAX)
}
