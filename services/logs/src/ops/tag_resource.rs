//! `TagResource`: labels a group.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagResource.html>

use logs_api::{TagResource, TagResourceInput, TagResourceOutput};
use platform::{Ctx, Handle, Result};

use crate::{Logs, groups};

impl Handle<TagResource> for Logs {
    async fn handle(&self, ctx: &Ctx, input: TagResourceInput) -> Result<TagResourceOutput> {
        groups::change_by_arn(ctx, &input.resource_arn, |tags| groups::tag(tags, input.tags))
            .await?;
        Ok(TagResourceOutput {})
    }
}
