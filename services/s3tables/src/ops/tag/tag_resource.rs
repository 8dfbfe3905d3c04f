//! `TagResource`: labels of a bucket or a table.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_TagResource.html>

use platform::{Ctx, Handle, Result};
use s3tables_api::{TagResource, TagResourceInput, TagResourceOutput};

use crate::{S3Tables, tagging};

impl Handle<TagResource> for S3Tables {
    async fn handle(&self, ctx: &Ctx, input: TagResourceInput) -> Result<TagResourceOutput> {
        tagging::change(ctx, &input.resource_arn, |tags| tagging::with(tags, &input.tags)).await?;
        Ok(TagResourceOutput {})
    }
}
