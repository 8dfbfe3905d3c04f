//! `GetQueueUrl`: where a queue is.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueUrl.html>

use platform::{Ctx, Handle, Result};
use sqs_api::{GetQueueUrl, GetQueueUrlInput, GetQueueUrlOutput};

use crate::{Sqs, error, names, queues};

impl Handle<GetQueueUrl> for Sqs {
    async fn handle(&self, ctx: &Ctx, input: GetQueueUrlInput) -> Result<GetQueueUrlOutput> {
        let owner = input.queue_owner_aws_account_id;
        let (ctx, name) = match owner {
            Some(owner) => {
                let owner: platform::AccountId = owner.parse().map_err(|_| error::no_queue())?;
                let (of, name) = queues::locate(ctx, &format!("/{owner}/{}", input.queue_name))?;
                if of.scope() != ctx.scope() {
                    let arn = names::arn(of.scope(), &name);
                    platform::require(ctx, &sqs_api::SERVICE, "sqs:GetQueueUrl", arn).await?;
                }
                (of, name)
            }
            None => (ctx.clone(), input.queue_name),
        };
        ctx.read(|tx| queues::get(tx, &name))?;
        Ok(GetQueueUrlOutput { queue_url: Some(names::url(&ctx, &name)) })
    }
}
