//! `SetTopicAttributes`: changes one attribute of a topic.
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html>

use platform::{Ctx, Handle, Result};
use sns_api::{SetTopicAttributes, SetTopicAttributesInput, SetTopicAttributesOutput};

use crate::{Sns, attributes, error, topics};

impl Handle<SetTopicAttributes> for Sns {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: SetTopicAttributesInput,
    ) -> Result<SetTopicAttributesOutput> {
        let (name, value) = (input.attribute_name, input.attribute_value.unwrap_or_default());
        if name == "FifoTopic" {
            return Err(error::invalid("AttributeName"));
        }
        topics::change(ctx, &input.topic_arn, |topic, _| {
            attributes::check(&name, &value, topic.is_fifo())?;
            attributes::set(topic, &name, value);
            Ok(())
        })
        .await?;
        Ok(SetTopicAttributesOutput {})
    }
}
