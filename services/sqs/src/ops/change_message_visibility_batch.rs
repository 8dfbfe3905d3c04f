//! `ChangeMessageVisibilityBatch`: changes when up to ten received messages may be received again.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibilityBatch.html>

use platform::{Ctx, Fail, Handle, Result};
use sqs_api::{
    ChangeMessageVisibilityBatch, ChangeMessageVisibilityBatchInput,
    ChangeMessageVisibilityBatchOutput, ChangeMessageVisibilityBatchResultEntry,
};

use crate::{Sqs, batch, leases, queues};

impl Handle<ChangeMessageVisibilityBatch> for Sqs {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ChangeMessageVisibilityBatchInput,
    ) -> Result<ChangeMessageVisibilityBatchOutput> {
        let ids = input.entries.iter().map(|entry| entry.id.as_str());
        batch::check("ChangeMessageVisibilityBatchRequestEntry", ids)?;
        let (ctx, name) = queues::locate(ctx, &input.queue_url)?;
        let now = ctx.now();
        let (id, successful, failed) = ctx
            .write(|tx| {
                let queue = queues::get(tx, &name)?;
                let (mut successful, mut failed) = (Vec::new(), Vec::new());
                for entry in input.entries {
                    let (handle, seconds) = (&entry.receipt_handle, entry.visibility_timeout);
                    match leases::change(tx, &queue, now, handle, seconds) {
                        Ok(()) => successful
                            .push(ChangeMessageVisibilityBatchResultEntry { id: entry.id }),
                        Err(fail) => failed.push(batch::failed(entry.id, fail)?),
                    }
                }
                Ok::<_, Fail>((queue.id, successful, failed))
            })
            .await?;
        self.arrivals.tell(id);
        Ok(ChangeMessageVisibilityBatchOutput { successful, failed })
    }
}
