//! `PutBucketAnalyticsConfiguration`: names a part of a bucket that the use of is analysed.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAnalyticsConfiguration.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{
    PutBucketAnalyticsConfiguration, PutBucketAnalyticsConfigurationInput,
    PutBucketAnalyticsConfigurationOutput,
};

use super::selections;
use crate::settings::{self, Setting};
use crate::{S3, store};

impl Handle<PutBucketAnalyticsConfiguration> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutBucketAnalyticsConfigurationInput,
    ) -> Result<PutBucketAnalyticsConfigurationOutput> {
        let (name, id) = (input.bucket.as_str(), input.id.as_str());
        let document = input.analytics_configuration;
        selections::check_id(id, &document.id)?;
        selections::check_analytics(&document)?;
        ctx.write(|tx| {
            let mut bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            let kind = Setting::Analytics;
            selections::check_room(tx, (name, &bucket), kind, id)?;
            settings::put_named(tx, (name, &mut bucket), kind, id, document)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(PutBucketAnalyticsConfigurationOutput::default())
    }
}
