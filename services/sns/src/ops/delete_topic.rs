//! `DeleteTopic`: deletes a topic and its subscriptions; it succeeds for one that is not there.
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_DeleteTopic.html>

use platform::{Ctx, Fail, Handle, Result};
use sns_api::{DeleteTopic, DeleteTopicInput, DeleteTopicOutput};

use crate::store::{NUMBERS, SUBSCRIPTIONS, TOPICS};
use crate::{Sns, lanes, names, subscriptions};

impl Handle<DeleteTopic> for Sns {
    async fn handle(&self, ctx: &Ctx, input: DeleteTopicInput) -> Result<DeleteTopicOutput> {
        let (ctx, name) = names::topic(ctx, "TopicArn", &input.topic_arn)?;
        let now = ctx.now();
        ctx.write(|tx| {
            let Some(topic) = TOPICS.get(tx, &name)? else { return Ok(()) };
            let rows = SUBSCRIPTIONS.scan(tx).prefix(&(name.as_str(),));
            let gone = rows.collect::<std::result::Result<Vec<_>, _>>()?;
            for ((_, id), subscription) in gone {
                subscriptions::remove(tx, &name, &id, &subscription)?;
            }
            NUMBERS.delete(tx, &topic.id)?;
            TOPICS.delete(tx, &name)?;
            if topic.is_fifo() {
                lanes::forget_later(tx, topic.id, now)?;
            }
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(DeleteTopicOutput {})
    }
}
