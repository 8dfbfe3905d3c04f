//! Finding the queue a request means.

use platform::{Ctx, ReadTx, Result, Scope, Unit, WriteTx};

use crate::store::{QUEUES, Queue};
use crate::{error, names};

/// What is billed as one request.
const BILLED_BYTES: usize = 64 << 10;

/// The context in which a queue's rows are, and the queue's name. Whether the caller may do anything
/// with a queue of another account has been judged by then.
///
/// # Errors
/// `InvalidAddress`.
pub(crate) fn locate(ctx: &Ctx, url: &str) -> Result<(Ctx, String)> {
    let (account, name) = names::from_url(url)?;
    let name = name.to_owned();
    if account == ctx.scope().account {
        return Ok((ctx.clone(), name));
    }
    Ok((ctx.with_scope(Scope::new(account, ctx.region().clone())), name))
}

/// A queue by its name.
///
/// # Errors
/// `QueueDoesNotExist`.
pub(crate) fn get(tx: &ReadTx<'_>, name: &str) -> Result<Queue> {
    QUEUES.get(tx, name)?.ok_or_else(error::no_queue)
}

/// Brings a queue up to now, however much that is.
pub(crate) fn bring_up(tx: &WriteTx<'_>, queue: &Queue, now: platform::Timestamp) -> Result<()> {
    while !aquifer_queue::tick(tx, queue.id, now, queue.retention())? {}
    Ok(())
}

/// Counts a request for what it is billed as: once for every 64 KB that it sent or was answered. The
/// first one is counted with the request itself.
pub(crate) fn bill(ctx: &Ctx, bytes: usize) {
    let more = bytes.div_ceil(BILLED_BYTES).saturating_sub(1);
    if more > 0 {
        ctx.meter(Unit::Requests, more as f64, "");
    }
}
