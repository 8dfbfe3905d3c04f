//! `UntagResource`: labels go.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_UntagResource.html>

use lambda_api::{UntagResource, UntagResourceInput, UntagResourceOutput};
use platform::{Ctx, Handle, Result};

use crate::{Lambda, tagging};

impl Handle<UntagResource> for Lambda {
    async fn handle(&self, ctx: &Ctx, input: UntagResourceInput) -> Result<UntagResourceOutput> {
        tagging::change(ctx, &input.resource, |tags| {
            for key in &input.tag_keys {
                tags.remove(key);
            }
            Ok(())
        })
        .await?;
        Ok(UntagResourceOutput {})
    }
}
