//! `AddPermission`: adds a statement to a queue's policy.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_AddPermission.html>

use platform::{Ctx, Fail, Handle, Result};
use sqs_api::{AddPermission, AddPermissionInput, AddPermissionOutput};

use crate::store::QUEUES;
use crate::{Sqs, permission, queues};

impl Handle<AddPermission> for Sqs {
    async fn handle(&self, ctx: &Ctx, input: AddPermissionInput) -> Result<AddPermissionOutput> {
        permission::check(&input.label, &input.aws_account_ids, &input.actions)?;
        let (ctx, name) = queues::locate(ctx, &input.queue_url)?;
        let now = ctx.now();
        ctx.write(|tx| {
            let mut queue = queues::get(tx, &name)?;
            permission::add(
                &mut queue,
                tx.scope(),
                &input.label,
                &input.aws_account_ids,
                &input.actions,
            )?;
            queue.modified = now;
            QUEUES.put(tx, &name, &queue)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(AddPermissionOutput {})
    }
}
