//! `TagResource`: sets tags of a rule or bus.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TagResource.html>

use events_api::{TagResource, TagResourceInput, TagResourceOutput};
use platform::{Ctx, Handle, Result};

use crate::{Events, tagging};

impl Handle<TagResource> for Events {
    async fn handle(&self, ctx: &Ctx, input: TagResourceInput) -> Result<TagResourceOutput> {
        let now = ctx.now();
        ctx.write(|tx| {
            let set = |tags: &mut _| tagging::set(tags, input.tags);
            tagging::change(tx, &input.resource_arn, now, set)
        })
        .await?;
        Ok(TagResourceOutput {})
    }
}
