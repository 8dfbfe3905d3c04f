//! `ListTagsForResource`: the tags of a rule or bus.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListTagsForResource.html>

use events_api::{ListTagsForResource, ListTagsForResourceInput, ListTagsForResourceOutput};
use platform::{Ctx, Handle, Result};

use crate::{Events, tagging};

impl Handle<ListTagsForResource> for Events {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListTagsForResourceInput,
    ) -> Result<ListTagsForResourceOutput> {
        let tags = ctx.read(|tx| tagging::of(tx, &input.resource_arn))?;
        Ok(ListTagsForResourceOutput { tags: Some(tagging::shown(&tags)) })
    }
}
