//! `ListTagsForResource`: labels of a group.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListTagsForResource.html>

use logs_api::{ListTagsForResource, ListTagsForResourceInput, ListTagsForResourceOutput};
use platform::{Ctx, Handle, Result};

use crate::{Logs, groups};

impl Handle<ListTagsForResource> for Logs {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListTagsForResourceInput,
    ) -> Result<ListTagsForResourceOutput> {
        let group = groups::by_arn(ctx, &input.resource_arn)?;
        let tags = group.tags.iter().map(|(key, value)| (key.to_owned(), value.to_owned()));
        Ok(ListTagsForResourceOutput { tags: Some(tags.collect()) })
    }
}
