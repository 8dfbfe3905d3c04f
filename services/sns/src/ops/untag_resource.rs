//! `UntagResource`: removes tags of a topic.
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_UntagResource.html>

use platform::{Ctx, Fail, Handle, Result};
use sns_api::{UntagResource, UntagResourceInput, UntagResourceOutput};

use crate::store::TOPICS;
use crate::{Sns, error, names};

impl Handle<UntagResource> for Sns {
    async fn handle(&self, ctx: &Ctx, input: UntagResourceInput) -> Result<UntagResourceOutput> {
        let (ctx, name) = names::topic(ctx, "ResourceArn", &input.resource_arn)?;
        ctx.write(|tx| {
            let mut topic = TOPICS.get(tx, &name)?.ok_or_else(error::no_resource)?;
            for key in &input.tag_keys {
                topic.tags.remove(key);
            }
            TOPICS.put(tx, &name, &topic)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(UntagResourceOutput {})
    }
}
