//! `PurgeQueue`: deletes all messages of a queue and keeps the queue.
//!
//! AWS: deletion takes up to 60 seconds; here: it is immediate, because a client may not count on the
//! delay. The refusal of a second purge is kept.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html>

use std::time::Duration;

use platform::{Ctx, Fail, Handle, Result};
use sqs_api::{PurgeQueue, PurgeQueueInput, PurgeQueueOutput};

use crate::store::QUEUES;
use crate::{Sqs, error, jobs, queues};

/// A second purge of the same queue is refused for this long.
const PURGE_INTERVAL: Duration = Duration::from_secs(60);

impl Handle<PurgeQueue> for Sqs {
    async fn handle(&self, ctx: &Ctx, input: PurgeQueueInput) -> Result<PurgeQueueOutput> {
        let (ctx, name) = queues::locate(ctx, &input.queue_url)?;
        let (now, new) = (ctx.now(), ctx.ids().number());
        let old = ctx
            .write(|tx| {
                let mut queue = queues::get(tx, &name)?;
                if queue.purged.is_some_and(|at| now < at + PURGE_INTERVAL) {
                    return Err(error::purge_in_progress(&name));
                }
                let old = std::mem::replace(&mut queue.id, new);
                aquifer_queue::succeed(tx, old, new)?;
                jobs::sweep_later(tx, old, now)?;
                queue.purged = Some(now);
                QUEUES.put(tx, &name, &queue)?;
                Ok::<_, Fail>(old)
            })
            .await?;
        self.arrivals.tell(old);
        Ok(PurgeQueueOutput {})
    }
}
