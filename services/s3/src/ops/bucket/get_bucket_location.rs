//! `GetBucketLocation`: the region of a bucket; empty for us-east-1.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html>

use platform::{Ctx, Handle, Result};
use s3_api::{
    BucketLocationConstraint, GetBucketLocation, GetBucketLocationInput, GetBucketLocationOutput,
};

use crate::{S3, store};

impl Handle<GetBucketLocation> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetBucketLocationInput,
    ) -> Result<GetBucketLocationOutput> {
        let bucket = ctx.read(|tx| {
            store::bucket(ctx, tx, &input.bucket, input.expected_bucket_owner.as_ref())
        })?;
        let location_constraint = BucketLocationConstraint::parse(bucket.owner.region.as_str());
        Ok(GetBucketLocationOutput { location_constraint })
    }
}
