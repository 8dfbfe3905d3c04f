//! `TagQueue`: sets tags of a queue.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_TagQueue.html>

use platform::{Ctx, Fail, Handle, Result};
use sqs_api::{TagQueue, TagQueueInput, TagQueueOutput};

use crate::store::QUEUES;
use crate::{Sqs, queues, tagging};

impl Handle<TagQueue> for Sqs {
    async fn handle(&self, ctx: &Ctx, input: TagQueueInput) -> Result<TagQueueOutput> {
        let (ctx, name) = queues::locate(ctx, &input.queue_url)?;
        ctx.write(|tx| {
            let mut queue = queues::get(tx, &name)?;
            tagging::set(&mut queue, input.tags)?;
            QUEUES.put(tx, &name, &queue)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(TagQueueOutput {})
    }
}
