//! `GetBucketAnalyticsConfiguration`: a part of a bucket that the use of is analysed.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAnalyticsConfiguration.html>

use platform::{Ctx, Handle, Result};
use s3_api::{
    GetBucketAnalyticsConfiguration, GetBucketAnalyticsConfigurationInput,
    GetBucketAnalyticsConfigurationOutput,
};

use crate::settings::{self, Setting};
use crate::{S3, error, store};

impl Handle<GetBucketAnalyticsConfiguration> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetBucketAnalyticsConfigurationInput,
    ) -> Result<GetBucketAnalyticsConfigurationOutput> {
        let name = input.bucket.as_str();
        let found = ctx.read(|tx| {
            store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            settings::get_named(tx, name, Setting::Analytics, &input.id)
        })?;
        let found = found.ok_or_else(error::no_such_configuration)?;
        Ok(GetBucketAnalyticsConfigurationOutput { analytics_configuration: Some(found) })
    }
}
