//! `SendMessageBatch`: puts up to ten messages into a queue.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html>

use platform::{Ctx, Fail, Handle, Result};
use sqs_api::{
    SendMessageBatch, SendMessageBatchInput, SendMessageBatchOutput, SendMessageBatchResultEntry,
};

use crate::letter::SIZE_MAX;
use crate::sending::{self, Draft, Given, Sent};
use crate::{Sqs, batch, error, queues};

impl Handle<SendMessageBatch> for Sqs {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: SendMessageBatchInput,
    ) -> Result<SendMessageBatchOutput> {
        let ids = input.entries.iter().map(|entry| entry.id.as_str());
        batch::check("SendMessageBatchRequestEntry", ids)?;
        let (ctx, name) = queues::locate(ctx, &input.queue_url)?;
        let queue = ctx.read(|tx| queues::get(tx, &name))?;
        let (mut drafts, mut failed, mut size) = (Vec::new(), Vec::new(), 0);
        for entry in input.entries {
            let given = Given {
                body: entry.message_body,
                delay_seconds: entry.delay_seconds,
                attributes: entry.message_attributes,
                system_attributes: entry.message_system_attributes,
                group: entry.message_group_id,
                dedup: entry.message_deduplication_id,
            };
            sending::refuses_batch(&queue, &given)?;
            size += given.size();
            match Draft::new(&ctx, &queue, given) {
                Ok(draft) => drafts.push((entry.id, draft)),
                Err(fail) => failed.push(batch::failed(entry.id, fail)?),
            }
        }
        if size > SIZE_MAX {
            return Err(error::batch_too_long(size));
        }
        queues::bill(&ctx, size);
        let now = ctx.now();
        let (sent, id) = ctx
            .write(|tx| {
                let queue = queues::get(tx, &name)?;
                let send = |(id, draft): (String, Draft)| Ok((id, draft.send(tx, &queue, now)?));
                let sent: Result<Vec<(String, Sent)>> = drafts.into_iter().map(send).collect();
                Ok::<_, Fail>((sent?, queue.id))
            })
            .await?;
        self.arrivals.tell(id);
        let successful = sent.into_iter().map(|(id, sent)| SendMessageBatchResultEntry {
            id,
            message_id: sent.id,
            md5_of_message_body: sent.md5,
            md5_of_message_attributes: sent.md5_of_attributes,
            md5_of_message_system_attributes: sent.md5_of_system_attributes,
            sequence_number: sent.sequence,
        });
        Ok(SendMessageBatchOutput { successful: successful.collect(), failed })
    }
}
