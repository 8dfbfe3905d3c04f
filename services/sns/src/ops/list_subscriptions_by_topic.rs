//! `ListSubscriptionsByTopic`: the subscriptions of a topic.
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html>

use platform::{Ctx, Handle, Result};
use sns_api::{
    ListSubscriptionsByTopic, ListSubscriptionsByTopicInput, ListSubscriptionsByTopicOutput,
};

use crate::{Sns, names, subscriptions};

impl Handle<ListSubscriptionsByTopic> for Sns {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListSubscriptionsByTopicInput,
    ) -> Result<ListSubscriptionsByTopicOutput> {
        let (ctx, name) = names::topic(ctx, "TopicArn", &input.topic_arn)?;
        let token = input.next_token.as_deref();
        let (found, next_token) = subscriptions::list(&ctx, Some(&name), token)?;
        Ok(ListSubscriptionsByTopicOutput { subscriptions: Some(found), next_token })
    }
}
