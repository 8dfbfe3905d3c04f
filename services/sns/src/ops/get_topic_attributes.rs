//! `GetTopicAttributes`: what a topic is, and how many subscribed.
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html>

use platform::{Ctx, Fail, Handle, Result};
use sns_api::{GetTopicAttributes, GetTopicAttributesInput, GetTopicAttributesOutput};

use crate::{Sns, names, subscriptions, topics};

impl Handle<GetTopicAttributes> for Sns {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetTopicAttributesInput,
    ) -> Result<GetTopicAttributesOutput> {
        let (ctx, name) = names::topic(ctx, "TopicArn", &input.topic_arn)?;
        let (topic, (confirmed, pending)) = ctx.read(|tx| {
            Ok::<_, Fail>((topics::get(tx, &name)?, subscriptions::counts(tx, &name)?))
        })?;
        let mut shown = topic.shown(&input.topic_arn, ctx.scope().account);
        for (name, count) in [
            ("SubscriptionsConfirmed", confirmed),
            ("SubscriptionsDeleted", topic.unsubscribed),
            ("SubscriptionsPending", pending),
        ] {
            shown.insert(name.to_owned(), count.to_string());
        }
        Ok(GetTopicAttributesOutput { attributes: Some(shown) })
    }
}
