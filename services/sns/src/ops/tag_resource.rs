//! `TagResource`: sets tags of a topic.
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_TagResource.html>

use platform::{Ctx, Fail, Handle, Result};
use sns_api::{TagResource, TagResourceInput, TagResourceOutput};

use crate::store::TOPICS;
use crate::{Sns, error, names, tagging};

impl Handle<TagResource> for Sns {
    async fn handle(&self, ctx: &Ctx, input: TagResourceInput) -> Result<TagResourceOutput> {
        let (ctx, name) = names::topic(ctx, "ResourceArn", &input.resource_arn)?;
        ctx.write(|tx| {
            let mut topic = TOPICS.get(tx, &name)?.ok_or_else(error::no_resource)?;
            tagging::set(&mut topic.tags, input.tags)?;
            TOPICS.put(tx, &name, &topic)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(TagResourceOutput {})
    }
}
