//! `DeleteMessage`: deletes a message that was received.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html>

use platform::{Ctx, Handle, Result};
use sqs_api::{DeleteMessage, DeleteMessageInput, DeleteMessageOutput};

use crate::{Sqs, leases, queues};

impl Handle<DeleteMessage> for Sqs {
    async fn handle(&self, ctx: &Ctx, input: DeleteMessageInput) -> Result<DeleteMessageOutput> {
        let (ctx, name) = queues::locate(ctx, &input.queue_url)?;
        let now = ctx.now();
        let (handle, mut id) = (input.receipt_handle, 0);
        ctx.write(|tx| {
            let queue = queues::get(tx, &name)?;
            id = queue.id;
            leases::delete(tx, &queue, now, &handle)
        })
        .await?;
        // The next one of its group may be received.
        self.arrivals.tell(id);
        Ok(DeleteMessageOutput {})
    }
}
