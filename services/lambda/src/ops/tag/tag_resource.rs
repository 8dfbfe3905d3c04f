//! `TagResource`: labels a function.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_TagResource.html>

use lambda_api::{TagResource, TagResourceInput, TagResourceOutput};
use platform::{Ctx, Handle, Result};

use crate::{Lambda, tagging};

impl Handle<TagResource> for Lambda {
    async fn handle(&self, ctx: &Ctx, input: TagResourceInput) -> Result<TagResourceOutput> {
        tagging::change(ctx, &input.resource, |tags| tagging::set(tags, input.tags)).await?;
        Ok(TagResourceOutput {})
    }
}
