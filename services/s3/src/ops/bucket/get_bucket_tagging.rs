//! `GetBucketTagging`: the tags of a bucket.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketTagging.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{GetBucketTagging, GetBucketTaggingInput, GetBucketTaggingOutput};

use crate::{S3, store};

impl Handle<GetBucketTagging> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetBucketTaggingInput,
    ) -> Result<GetBucketTaggingOutput> {
        let bucket = ctx.read(|tx| {
            store::bucket(ctx, tx, &input.bucket, input.expected_bucket_owner.as_ref())
        })?;
        let tags = bucket.tags.ok_or_else(|| {
            Fail::new("NoSuchTagSet", 404, "The TagSet does not exist")
                .with("BucketName", &input.bucket)
        })?;
        let tag_set = crate::ops::object::get_object_tagging::tag_set(&tags);
        Ok(GetBucketTaggingOutput { tag_set })
    }
}
