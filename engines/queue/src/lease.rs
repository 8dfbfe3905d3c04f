//! What the holder of a lease may do: delete the message, or change when the lease ends.

use std::time::Duration;

use aquifer_store::{StoreError, WriteTx};
use aquifer_types::Timestamp;

use crate::tables::{Hidden, Open};

/// Proof of having received a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// The message's number.
    pub number: u64,
    /// How often it had been received then.
    pub receives: u32,
}

/// What deleting came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deleted {
    /// The message is gone.
    Done,
    /// It was gone before.
    Gone,
    /// It has been received again since, and stays.
    Stale,
    /// The lease is over, which mattered.
    Over,
}

/// What changing a lease came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// The lease ends then.
    Done,
    /// The message is gone.
    Gone,
    /// Nobody holds the message, or somebody else does.
    NotHeld,
    /// The lease would last too long from when the message was received.
    TooLong,
}

/// Deletes a message. `held` says that the lease must not be over.
///
/// # Errors
/// If the store cannot be read.
pub fn delete(
    tx: &WriteTx<'_>,
    queue: u64,
    lease: Lease,
    held: bool,
) -> Result<Deleted, StoreError> {
    let mut open = Open::new(tx, queue)?;
    let Some(state) = open.state(lease.number)? else { return Ok(Deleted::Gone) };
    if state.receives != lease.receives {
        return Ok(if held { Deleted::Over } else { Deleted::Stale });
    }
    let is_held = matches!(state.hidden, Some((Hidden::Leased, _)));
    if held && !is_held {
        return Ok(Deleted::Over);
    }
    open.remove(lease.number, state)?;
    open.close()?;
    Ok(Deleted::Done)
}

/// Changes when a lease ends: `for_time` from now, which may be nothing. In all it lasts `longest`
/// from when the message was received at most.
///
/// # Errors
/// If the store cannot be read.
pub fn extend(
    tx: &WriteTx<'_>,
    queue: u64,
    lease: Lease,
    now: Timestamp,
    for_time: Duration,
    longest: Duration,
) -> Result<Changed, StoreError> {
    let mut open = Open::new(tx, queue)?;
    let Some(mut state) = open.state(lease.number)? else { return Ok(Changed::Gone) };
    let is_held = matches!(state.hidden, Some((Hidden::Leased, _)));
    if !is_held || state.receives != lease.receives {
        return Ok(Changed::NotHeld);
    }
    let until = now + for_time;
    if state.received.is_some_and(|received| until > received + longest) {
        return Ok(Changed::TooLong);
    }
    open.unhide(lease.number, &mut state)?;
    if for_time.is_zero() {
        open.put_state(lease.number, &state)?;
        open.show(lease.number, &state)?;
    } else {
        open.hide(lease.number, &mut state, Hidden::Leased, until)?;
        if let Some(group) = &state.group {
            open.held(group)?;
        }
    }
    open.close()?;
    Ok(Changed::Done)
}
