//! `UntagQueue`: removes tags of a queue.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_UntagQueue.html>

use platform::{Ctx, Fail, Handle, Result};
use sqs_api::{UntagQueue, UntagQueueInput, UntagQueueOutput};

use crate::store::QUEUES;
use crate::{Sqs, queues};

impl Handle<UntagQueue> for Sqs {
    async fn handle(&self, ctx: &Ctx, input: UntagQueueInput) -> Result<UntagQueueOutput> {
        let (ctx, name) = queues::locate(ctx, &input.queue_url)?;
        ctx.write(|tx| {
            let mut queue = queues::get(tx, &name)?;
            for key in &input.tag_keys {
                queue.tags.remove(key);
            }
            QUEUES.put(tx, &name, &queue)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(UntagQueueOutput {})
    }
}
