//! `GetBucketLifecycleConfiguration`: the rules of a bucket, as they were put.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{
    GetBucketLifecycleConfiguration, GetBucketLifecycleConfigurationInput,
    GetBucketLifecycleConfigurationOutput,
};

use crate::{S3, lifecycle, store};

impl Handle<GetBucketLifecycleConfiguration> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetBucketLifecycleConfigurationInput,
    ) -> Result<GetBucketLifecycleConfigurationOutput> {
        let name = input.bucket.as_str();
        let found = ctx.read(|tx| {
            let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            lifecycle::of(tx, name, &bucket)
        })?;
        found.ok_or_else(|| {
            let message = "The lifecycle configuration does not exist";
            Fail::new("NoSuchLifecycleConfiguration", 404, message).with("BucketName", name)
        })
    }
}
