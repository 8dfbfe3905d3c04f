//! `Publish`: sends a message to everyone who subscribed to a topic.
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>

use platform::{Ctx, Handle, Result, require};
use sns_api::{Publish, PublishInput, PublishOutput};

use crate::publishing::{self, Draft, Given};
use crate::{Sns, error, names, topics};

impl Handle<Publish> for Sns {
    async fn handle(&self, ctx: &Ctx, input: PublishInput) -> Result<PublishOutput> {
        if input.phone_number.is_some() {
            return Err(error::absent("PhoneNumber of Publish"));
        }
        let (parameter, arn) = match (input.topic_arn, input.target_arn) {
            (Some(arn), None) => ("TopicArn", arn),
            (None, Some(arn)) if arn.contains(":endpoint/") => {
                return Err(error::absent("An endpoint of an application as TargetArn"));
            }
            (None, Some(arn)) => ("TargetArn", arn),
            _ => {
                return Err(error::invalid(
                    "TopicArn or TargetArn Reason: no value for required parameter",
                ));
            }
        };
        let (of, name) = names::topic(ctx, parameter, &arn)?;
        require(ctx, &sns_api::SERVICE, "sns:Publish", arn.as_str()).await?;
        let topic = of.read(|tx| topics::get(tx, &name))?;
        let given = Given {
            message: input.message,
            subject: input.subject,
            structure: input.message_structure,
            attributes: input.message_attributes,
            group: input.message_group_id,
            dedup: input.message_deduplication_id,
        };
        let draft = Draft::new(&topic, given)?;
        publishing::bill(&of, draft.size());
        let now = of.now();
        let published = of
            .write(|tx| {
                // It may have been deleted since.
                let topic = topics::get(tx, &name)?;
                draft.publish(&of, tx, (&topic, &arn), now)
            })
            .await?;
        Ok(PublishOutput { message_id: Some(published.id), sequence_number: published.sequence })
    }
}
