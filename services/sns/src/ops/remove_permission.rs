//! `RemovePermission`: removes a statement of a topic's policy.
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_RemovePermission.html>

use platform::{Ctx, Handle, Result};
use sns_api::{RemovePermission, RemovePermissionInput, RemovePermissionOutput};

use crate::{Sns, names, permission, topics};

impl Handle<RemovePermission> for Sns {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: RemovePermissionInput,
    ) -> Result<RemovePermissionOutput> {
        let (of, _) = names::topic(ctx, "TopicArn", &input.topic_arn)?;
        topics::change(ctx, &input.topic_arn, |topic, arn| {
            permission::remove(topic, arn, of.scope(), &input.label)
        })
        .await?;
        Ok(RemovePermissionOutput {})
    }
}
