//! `UntagResource`: labels go.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_UntagResource.html>

use platform::{Ctx, Handle, Result};
use s3tables_api::{UntagResource, UntagResourceInput, UntagResourceOutput};

use crate::{S3Tables, tagging};

impl Handle<UntagResource> for S3Tables {
    async fn handle(&self, ctx: &Ctx, input: UntagResourceInput) -> Result<UntagResourceOutput> {
        tagging::change(ctx, &input.resource_arn, |mut tags| {
            for key in &input.tag_keys {
                tags.remove(key);
            }
            Ok(tags)
        })
        .await?;
        Ok(UntagResourceOutput {})
    }
}
