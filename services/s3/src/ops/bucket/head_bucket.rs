//! `HeadBucket`: whether a bucket is there and may be used.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html>

use platform::{Ctx, Handle, Result};
use s3_api::{HeadBucket, HeadBucketInput, HeadBucketOutput};

use crate::{S3, store};

impl Handle<HeadBucket> for S3 {
    async fn handle(&self, ctx: &Ctx, input: HeadBucketInput) -> Result<HeadBucketOutput> {
        let bucket = ctx.read(|tx| {
            store::bucket(ctx, tx, &input.bucket, input.expected_bucket_owner.as_ref())
        })?;
        Ok(HeadBucketOutput {
            bucket_region: Some(bucket.owner.region.to_string()),
            access_point_alias: Some(false),
            ..Default::default()
        })
    }
}
