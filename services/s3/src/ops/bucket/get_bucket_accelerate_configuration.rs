//! `GetBucketAccelerateConfiguration`: whether a bucket has the host that speeds transfers up.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAccelerateConfiguration.html>

use platform::{Ctx, Handle, Result};
use s3_api::{
    AccelerateConfiguration, GetBucketAccelerateConfiguration,
    GetBucketAccelerateConfigurationInput, GetBucketAccelerateConfigurationOutput,
};

use crate::settings::{self, Setting};
use crate::{S3, store};

impl Handle<GetBucketAccelerateConfiguration> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetBucketAccelerateConfigurationInput,
    ) -> Result<GetBucketAccelerateConfigurationOutput> {
        let name = input.bucket.as_str();
        let set: Option<AccelerateConfiguration> = ctx.read(|tx| {
            let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            settings::get(tx, (name, &bucket), Setting::Accelerate)
        })?;
        // A bucket for which it never was set has no state.
        let status = set.and_then(|set| set.status);
        Ok(GetBucketAccelerateConfigurationOutput { status, ..Default::default() })
    }
}
