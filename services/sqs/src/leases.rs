//! What receivers do with messages they hold.

use std::time::Duration;

use aquifer_queue::{Changed, Deleted, delete as delete_message, extend};
use platform::{Result, Timestamp, WriteTx};

use crate::receipt::Receipt;
use crate::store::Queue;
use crate::{error, queues};

/// The longest a message is hidden, all changes together.
const LONGEST: Duration = Duration::from_secs(43_200);

/// Deletes a message. One that is gone, or has been received by another since, is none of the
/// caller's business; of FIFO queues the handle must hold.
///
/// # Errors
/// AWS's refusal of what is no handle, or no longer one.
pub(crate) fn delete(tx: &WriteTx<'_>, queue: &Queue, now: Timestamp, handle: &str) -> Result<()> {
    let receipt = Receipt::parse(handle)?;
    if receipt.queue != queue.id {
        // Of before a purge, or of another queue.
        return Ok(());
    }
    queues::bring_up(tx, queue, now)?;
    match delete_message(tx, queue.id, receipt.lease, queue.is_fifo())? {
        Deleted::Done | Deleted::Gone | Deleted::Stale => Ok(()),
        Deleted::Over => Err(error::handle_over(handle)),
    }
}

/// Changes when a message may be received again.
///
/// # Errors
/// AWS's refusals.
pub(crate) fn change(
    tx: &WriteTx<'_>,
    queue: &Queue,
    now: Timestamp,
    handle: &str,
    seconds: Option<i32>,
) -> Result<()> {
    let seconds = seconds.ok_or_else(|| error::missing("VisibilityTimeout"))?;
    let receipt = Receipt::parse(handle)?;
    let refused =
        |reason: &str| error::invalid_value(&seconds.to_string(), "VisibilityTimeout", reason);
    let for_time = u64::try_from(seconds).ok().map(Duration::from_secs);
    let for_time = for_time.filter(|time| *time <= LONGEST);
    let for_time = for_time
        .ok_or_else(|| refused("VisibilityTimeout must be an integer between 0 and 43200"))?;
    if receipt.queue != queue.id {
        return Err(error::not_available(handle));
    }
    queues::bring_up(tx, queue, now)?;
    match extend(tx, queue.id, receipt.lease, now, for_time, LONGEST)? {
        Changed::Done => Ok(()),
        Changed::Gone => Err(error::not_available(handle)),
        Changed::NotHeld => Err(error::not_in_flight()),
        Changed::TooLong => Err(refused(
            "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]",
        )),
    }
}
