//! `RemovePermission`: removes a statement of a queue's policy.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_RemovePermission.html>

use platform::{Ctx, Fail, Handle, Result};
use sqs_api::{RemovePermission, RemovePermissionInput, RemovePermissionOutput};

use crate::store::QUEUES;
use crate::{Sqs, permission, queues};

impl Handle<RemovePermission> for Sqs {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: RemovePermissionInput,
    ) -> Result<RemovePermissionOutput> {
        let (ctx, name) = queues::locate(ctx, &input.queue_url)?;
        let now = ctx.now();
        ctx.write(|tx| {
            let mut queue = queues::get(tx, &name)?;
            permission::remove(&mut queue, &input.label)?;
            queue.modified = now;
            QUEUES.put(tx, &name, &queue)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(RemovePermissionOutput {})
    }
}
