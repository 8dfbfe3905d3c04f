//! `ChangeMessageVisibility`: changes when a received message may be received again.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html>

use platform::{Ctx, Handle, Result};
use sqs_api::{
    ChangeMessageVisibility, ChangeMessageVisibilityInput, ChangeMessageVisibilityOutput,
};

use crate::{Sqs, leases, queues};

impl Handle<ChangeMessageVisibility> for Sqs {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ChangeMessageVisibilityInput,
    ) -> Result<ChangeMessageVisibilityOutput> {
        let (ctx, name) = queues::locate(ctx, &input.queue_url)?;
        let now = ctx.now();
        let (handle, seconds, mut id) = (input.receipt_handle, input.visibility_timeout, 0);
        ctx.write(|tx| {
            let queue = queues::get(tx, &name)?;
            id = queue.id;
            leases::change(tx, &queue, now, &handle, Some(seconds))
        })
        .await?;
        self.arrivals.tell(id);
        Ok(ChangeMessageVisibilityOutput {})
    }
}
