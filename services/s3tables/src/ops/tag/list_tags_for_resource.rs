//! `ListTagsForResource`: labels of a bucket or a table.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_ListTagsForResource.html>

use platform::{Ctx, Handle, Result};
use s3tables_api::{ListTagsForResource, ListTagsForResourceInput, ListTagsForResourceOutput};

use crate::{S3Tables, tagging};

impl Handle<ListTagsForResource> for S3Tables {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListTagsForResourceInput,
    ) -> Result<ListTagsForResourceOutput> {
        let tags = tagging::of(ctx, &input.resource_arn)?;
        let tags = tags.iter().map(|(key, value)| (key.to_owned(), value.to_owned()));
        Ok(ListTagsForResourceOutput { tags: Some(tags.collect()) })
    }
}
