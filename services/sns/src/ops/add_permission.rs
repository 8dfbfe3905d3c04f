//! `AddPermission`: adds a statement to a topic's policy.
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_AddPermission.html>

use platform::{Ctx, Handle, Result};
use sns_api::{AddPermission, AddPermissionInput, AddPermissionOutput};

use crate::{Sns, names, permission, topics};

impl Handle<AddPermission> for Sns {
    async fn handle(&self, ctx: &Ctx, input: AddPermissionInput) -> Result<AddPermissionOutput> {
        let (of, _) = names::topic(ctx, "TopicArn", &input.topic_arn)?;
        let whom = (input.aws_account_id.as_slice(), input.action_name.as_slice());
        topics::change(ctx, &input.topic_arn, |topic, arn| {
            permission::add(topic, arn, of.scope(), &input.label, whom)
        })
        .await?;
        Ok(AddPermissionOutput {})
    }
}
