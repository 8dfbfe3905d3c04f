//! `SetQueueAttributes`: changes attributes of a queue.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html>

use platform::{Ctx, Fail, Handle, Result};
use sqs_api::{SetQueueAttributes, SetQueueAttributesInput, SetQueueAttributesOutput};

use crate::names::FIFO_SUFFIX;
use crate::store::QUEUES;
use crate::{Sqs, attributes, queues, redrive};

impl Handle<SetQueueAttributes> for Sqs {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: SetQueueAttributesInput,
    ) -> Result<SetQueueAttributesOutput> {
        let (ctx, name) = queues::locate(ctx, &input.queue_url)?;
        let given = attributes::check(&input.attributes, name.ends_with(FIFO_SUFFIX))?;
        let now = ctx.now();
        let id = ctx
            .write(|tx| {
                let before = queues::get(tx, &name)?;
                let mut queue = before.clone();
                attributes::set(&mut queue, given);
                attributes::check_together(&queue)?;
                if queue.redrive() != before.redrive() {
                    redrive::check_target(tx, &queue)?;
                }
                queue.modified = now;
                redrive::note_source(tx, &name, Some(&before), Some(&queue))?;
                QUEUES.put(tx, &name, &queue)?;
                Ok::<_, Fail>(queue.id)
            })
            .await?;
        self.arrivals.tell(id);
        Ok(SetQueueAttributesOutput {})
    }
}
