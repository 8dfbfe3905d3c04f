//! `DeleteBucketMetricsConfiguration`: forgets a part of a bucket that requests are counted for.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketMetricsConfiguration.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{
    DeleteBucketMetricsConfiguration, DeleteBucketMetricsConfigurationInput,
    DeleteBucketMetricsConfigurationOutput,
};

use crate::settings::{self, Setting};
use crate::{S3, error, store};

impl Handle<DeleteBucketMetricsConfiguration> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteBucketMetricsConfigurationInput,
    ) -> Result<DeleteBucketMetricsConfigurationOutput> {
        let name = input.bucket.as_str();
        ctx.write(|tx| {
            let mut bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            if settings::delete_named(tx, (name, &mut bucket), Setting::Metrics, &input.id)? {
                return Ok(());
            }
            Err::<_, Fail>(error::no_such_configuration())
        })
        .await?;
        Ok(DeleteBucketMetricsConfigurationOutput::default())
    }
}
