//! `ListTagsForResource`: the tags of a topic.
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_ListTagsForResource.html>

use platform::{Ctx, Handle, Result};
use sns_api::{ListTagsForResource, ListTagsForResourceInput, ListTagsForResourceOutput};

use crate::store::TOPICS;
use crate::{Sns, error, names, tagging};

impl Handle<ListTagsForResource> for Sns {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListTagsForResourceInput,
    ) -> Result<ListTagsForResourceOutput> {
        let (ctx, name) = names::topic(ctx, "ResourceArn", &input.resource_arn)?;
        let topic = ctx.read(|tx| TOPICS.get(tx, &name))?.ok_or_else(error::no_resource)?;
        Ok(ListTagsForResourceOutput { tags: Some(tagging::shown(&topic.tags)) })
    }
}
