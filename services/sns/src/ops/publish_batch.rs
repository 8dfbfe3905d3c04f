//! `PublishBatch`: sends up to ten messages to everyone who subscribed to a topic.
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html>

use platform::{Ctx, Fail, Handle, Result};
use sns_api::{PublishBatch, PublishBatchInput, PublishBatchOutput, PublishBatchResultEntry};

use crate::message::SIZE_MAX;
use crate::publishing::{self, Draft, Given};
use crate::{Sns, batch, error, names, topics};

impl Handle<PublishBatch> for Sns {
    async fn handle(&self, ctx: &Ctx, input: PublishBatchInput) -> Result<PublishBatchOutput> {
        let arn = input.topic_arn;
        let (of, name) = names::topic(ctx, "TopicArn", &arn)?;
        let entries = input.publish_batch_request_entries;
        batch::check(entries.iter().map(|entry| entry.id.as_str()))?;
        let topic = of.read(|tx| topics::get(tx, &name))?;
        let (mut drafts, mut failed, mut size) = (Vec::new(), Vec::new(), 0);
        for entry in entries {
            let given = Given {
                message: entry.message,
                subject: entry.subject,
                structure: entry.message_structure,
                attributes: entry.message_attributes,
                group: entry.message_group_id,
                dedup: entry.message_deduplication_id,
            };
            size += given.size();
            match Draft::new(&topic, given) {
                Ok(draft) => drafts.push((entry.id, draft)),
                Err(fail) => failed.push(batch::failed(entry.id, fail)?),
            }
        }
        if size > SIZE_MAX {
            return Err(error::batch_too_long());
        }
        publishing::bill(&of, size);
        let now = of.now();
        let successful = of
            .write(|tx| {
                let topic = topics::get(tx, &name)?;
                let mut successful = Vec::new();
                for (id, draft) in drafts {
                    let published = draft.publish(&of, tx, (&topic, &arn), now)?;
                    successful.push(PublishBatchResultEntry {
                        id: Some(id),
                        message_id: Some(published.id),
                        sequence_number: published.sequence,
                    });
                }
                Ok::<_, Fail>(successful)
            })
            .await?;
        Ok(PublishBatchOutput { successful: Some(successful), failed: Some(failed) })
    }
}
