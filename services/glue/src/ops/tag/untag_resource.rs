//! `UntagResource`: removes tags of a resource.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_UntagResource.html>

use glue_api::{UntagResource, UntagResourceInput, UntagResourceOutput};
use platform::{Ctx, Handle, Result};

use super::{check_exists, get, put, resource};
use crate::Glue;

impl Handle<UntagResource> for Glue {
    async fn handle(&self, ctx: &Ctx, input: UntagResourceInput) -> Result<UntagResourceOutput> {
        let resource = resource(ctx, &input.resource_arn)?;
        ctx.write(|tx| {
            check_exists(tx, &resource)?;
            let mut tags = get(tx, &resource)?;
            for key in &input.tags_to_remove {
                tags.remove(key);
            }
            put(tx, &resource, &tags)
        })
        .await?;
        Ok(UntagResourceOutput::default())
    }
}
