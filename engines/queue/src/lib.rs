//! Queues of messages in the store: leases, delays, groups in order, repeats told apart, and
//! messages that failed too often put elsewhere.
//!
//! A queue is a number; what is known of it beyond its messages is its user's. A message is bytes.
//! Whoever receives one holds a *lease* on it: others do not see it until the lease ends or the
//! holder deletes it. Messages of one *group* are handed out in the order they came, and none while
//! another of the group is held.
//!
//! Every function works in the caller's transaction, so a message that was accepted is as durable as
//! anything else, and several changes are one. No function reads a clock: `now` is an argument.
//! Times come about by themselves only in [`tick`], which each use of a queue begins with.
//!
//! What it is not: a place to wait (whoever waits asks [`outlook`] when to look again), or a judge of
//! what a message may be.

mod groups;
mod lease;
mod receive;
mod repeats;
mod send;
mod sweep;
mod tables;
mod tick;

pub use lease::{Changed, Deleted, Lease, delete, extend};
pub use receive::{DeadLetters, Received, Taken, Wanted, receive, take_first};
pub use repeats::{recall, remember};
pub use send::{Message, send};
pub use sweep::{succeed, sweep};
pub use tick::{Outlook, is_due, outlook, tick};

use aquifer_store::{ReadTx, StoreError};

/// How many messages a queue holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Messages that may be received, or wait for others of their group.
    pub visible: u64,
    /// Messages somebody holds.
    pub leased: u64,
    /// Messages that were never received and are not due yet.
    pub delayed: u64,
}

/// How many messages a queue holds, as of the last [`tick`].
///
/// # Errors
/// If the store cannot be read.
pub fn counts(tx: &ReadTx<'_>, queue: u64) -> Result<Counts, StoreError> {
    let head = tables::HEADS.get(tx, &queue)?.unwrap_or_default();
    let visible = head.total.saturating_sub(head.leased + head.delayed);
    Ok(Counts { visible, leased: head.leased, delayed: head.delayed })
}

#[cfg(test)]
mod tests;
