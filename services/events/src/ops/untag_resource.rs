//! `UntagResource`: removes tags of a rule or bus.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_UntagResource.html>

use events_api::{UntagResource, UntagResourceInput, UntagResourceOutput};
use platform::{Ctx, Handle, Result, Tags};

use crate::{Events, tagging};

impl Handle<UntagResource> for Events {
    async fn handle(&self, ctx: &Ctx, input: UntagResourceInput) -> Result<UntagResourceOutput> {
        let now = ctx.now();
        ctx.write(|tx| {
            tagging::change(tx, &input.resource_arn, now, |tags: &mut Tags| {
                for key in &input.tag_keys {
                    tags.remove(key);
                }
                Ok(())
            })
        })
        .await?;
        Ok(UntagResourceOutput {})
    }
}
