//! `UntagResource`: labels of a group go.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UntagResource.html>

use logs_api::{UntagResource, UntagResourceInput, UntagResourceOutput};
use platform::{Ctx, Handle, Result};

use crate::{Logs, groups};

impl Handle<UntagResource> for Logs {
    async fn handle(&self, ctx: &Ctx, input: UntagResourceInput) -> Result<UntagResourceOutput> {
        groups::change_by_arn(ctx, &input.resource_arn, |tags| {
            for key in &input.tag_keys {
                tags.remove(key);
            }
            Ok(())
        })
        .await?;
        Ok(UntagResourceOutput {})
    }
}
