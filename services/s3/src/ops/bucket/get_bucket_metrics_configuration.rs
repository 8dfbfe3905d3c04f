//! `GetBucketMetricsConfiguration`: a part of a bucket that requests are counted for.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketMetricsConfiguration.html>

use platform::{Ctx, Handle, Result};
use s3_api::{
    GetBucketMetricsConfiguration, GetBucketMetricsConfigurationInput,
    GetBucketMetricsConfigurationOutput,
};

use crate::settings::{self, Setting};
use crate::{S3, error, store};

impl Handle<GetBucketMetricsConfiguration> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetBucketMetricsConfigurationInput,
    ) -> Result<GetBucketMetricsConfigurationOutput> {
        let name = input.bucket.as_str();
        let found = ctx.read(|tx| {
            store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            settings::get_named(tx, name, Setting::Metrics, &input.id)
        })?;
        let found = found.ok_or_else(error::no_such_configuration)?;
        Ok(GetBucketMetricsConfigurationOutput { metrics_configuration: Some(found) })
    }
}
