//! `PutBucketMetricsConfiguration`: names a part of a bucket that requests are counted for.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketMetricsConfiguration.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{
    PutBucketMetricsConfiguration, PutBucketMetricsConfigurationInput,
    PutBucketMetricsConfigurationOutput,
};

use super::selections;
use crate::settings::{self, Setting};
use crate::{S3, store};

impl Handle<PutBucketMetricsConfiguration> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutBucketMetricsConfigurationInput,
    ) -> Result<PutBucketMetricsConfigurationOutput> {
        let (name, id) = (input.bucket.as_str(), input.id.as_str());
        let document = input.metrics_configuration;
        selections::check_id(id, &document.id)?;
        selections::check_metrics(&document)?;
        ctx.write(|tx| {
            let mut bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            let kind = Setting::Metrics;
            selections::check_room(tx, (name, &bucket), kind, id)?;
            settings::put_named(tx, (name, &mut bucket), kind, id, document)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(PutBucketMetricsConfigurationOutput::default())
    }
}
