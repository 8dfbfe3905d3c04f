//! `SendMessage`: puts a message into a queue.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>

use platform::{Ctx, Handle, Result};
use sqs_api::{SendMessage, SendMessageInput, SendMessageOutput};

use crate::sending::{Draft, Given};
use crate::{Sqs, queues};

impl Handle<SendMessage> for Sqs {
    async fn handle(&self, ctx: &Ctx, input: SendMessageInput) -> Result<SendMessageOutput> {
        let (ctx, name) = queues::locate(ctx, &input.queue_url)?;
        let queue = ctx.read(|tx| queues::get(tx, &name))?;
        let given = Given {
            body: input.message_body,
            delay_seconds: input.delay_seconds,
            attributes: input.message_attributes,
            system_attributes: input.message_system_attributes,
            group: input.message_group_id,
            dedup: input.message_deduplication_id,
        };
        let draft = Draft::new(&ctx, &queue, given)?;
        queues::bill(&ctx, draft.size());
        let now = ctx.now();
        let (sent, id) = ctx
            .write(|tx| {
                // It may have been purged or deleted since.
                let queue = queues::get(tx, &name)?;
                draft.send(tx, &queue, now).map(|sent| (sent, queue.id))
            })
            .await?;
        self.arrivals.tell(id);
        Ok(SendMessageOutput {
            message_id: Some(sent.id),
            md5_of_message_body: Some(sent.md5),
            md5_of_message_attributes: sent.md5_of_attributes,
            md5_of_message_system_attributes: sent.md5_of_system_attributes,
            sequence_number: sent.sequence,
        })
    }
}
