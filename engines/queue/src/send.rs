//! Sending.

use aquifer_store::{Blob, StoreError, WriteTx};
use aquifer_types::Timestamp;

use crate::tables::{Body, Open};

/// A message to be sent.
#[derive(Debug, Clone, Default)]
pub struct Message {
    /// What is in it.
    pub payload: Vec<u8>,
    /// The group it is in order with.
    pub group: Option<String>,
    /// Not to be received before.
    pub not_before: Option<Timestamp>,
    /// Where it was put when it had failed too often there.
    pub origin: Option<String>,
}

/// Puts a message at the end of a queue. `sent` is now, or for a message that comes from another
/// queue when it was first sent; its age counts from there. Answers its number, which is greater
/// than that of every message sent before.
///
/// # Errors
/// If the store cannot be read, or the message is too large for it.
pub fn send(
    tx: &WriteTx<'_>,
    queue: u64,
    sent: Timestamp,
    message: Message,
) -> Result<u64, StoreError> {
    let Message { payload, group, not_before, origin } = message;
    let mut open = Open::new(tx, queue)?;
    let body = Body { sent, payload: Blob(payload), group, origin };
    let number = open.insert(&body, not_before)?;
    open.close()?;
    Ok(number)
}
