//! `TagResource`: sets tags of a resource.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_TagResource.html>

use glue_api::{TagResource, TagResourceInput, TagResourceOutput};
use platform::{Ctx, Handle, Result};

use super::{check_exists, get, put, resource};
use crate::Glue;

impl Handle<TagResource> for Glue {
    async fn handle(&self, ctx: &Ctx, input: TagResourceInput) -> Result<TagResourceOutput> {
        let resource = resource(ctx, &input.resource_arn)?;
        ctx.write(|tx| {
            check_exists(tx, &resource)?;
            let mut tags = get(tx, &resource)?;
            tags.extend(input.tags_to_add);
            put(tx, &resource, &tags)
        })
        .await?;
        Ok(TagResourceOutput::default())
    }
}
