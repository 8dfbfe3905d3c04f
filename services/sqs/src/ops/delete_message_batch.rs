//! `DeleteMessageBatch`: deletes up to ten messages that were received.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessageBatch.html>

use platform::{Ctx, Fail, Handle, Result};
use sqs_api::{
    DeleteMessageBatch, DeleteMessageBatchInput, DeleteMessageBatchOutput,
    DeleteMessageBatchResultEntry,
};

use crate::{Sqs, batch, leases, queues};

impl Handle<DeleteMessageBatch> for Sqs {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteMessageBatchInput,
    ) -> Result<DeleteMessageBatchOutput> {
        let ids = input.entries.iter().map(|entry| entry.id.as_str());
        batch::check("DeleteMessageBatchRequestEntry", ids)?;
        let (ctx, name) = queues::locate(ctx, &input.queue_url)?;
        let now = ctx.now();
        let (id, successful, failed) = ctx
            .write(|tx| {
                let queue = queues::get(tx, &name)?;
                let (mut successful, mut failed) = (Vec::new(), Vec::new());
                for entry in input.entries {
                    match leases::delete(tx, &queue, now, &entry.receipt_handle) {
                        Ok(()) => successful.push(DeleteMessageBatchResultEntry { id: entry.id }),
                        Err(fail) => failed.push(batch::failed(entry.id, fail)?),
                    }
                }
                Ok::<_, Fail>((queue.id, successful, failed))
            })
            .await?;
        self.arrivals.tell(id);
        Ok(DeleteMessageBatchOutput { successful, failed })
    }
}
