//! `GetTags`: the tags of a resource.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_GetTags.html>

use glue_api::{GetTags, GetTagsInput, GetTagsOutput};
use platform::{Ctx, Handle, Result};

use super::{check_exists, get, resource};
use crate::Glue;

impl Handle<GetTags> for Glue {
    async fn handle(&self, ctx: &Ctx, input: GetTagsInput) -> Result<GetTagsOutput> {
        let resource = resource(ctx, &input.resource_arn)?;
        let tags = ctx.read(|tx| {
            check_exists(tx, &resource)?;
            get(tx, &resource)
        })?;
        Ok(GetTagsOutput { tags: Some(tags.into_iter().collect()) })
    }
}
