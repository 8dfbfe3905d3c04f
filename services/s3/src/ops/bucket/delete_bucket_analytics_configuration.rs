//! `DeleteBucketAnalyticsConfiguration`: forgets a part of a bucket that the use of is analysed.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketAnalyticsConfiguration.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{
    DeleteBucketAnalyticsConfiguration, DeleteBucketAnalyticsConfigurationInput,
    DeleteBucketAnalyticsConfigurationOutput,
};

use crate::settings::{self, Setting};
use crate::{S3, error, store};

impl Handle<DeleteBucketAnalyticsConfiguration> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteBucketAnalyticsConfigurationInput,
    ) -> Result<DeleteBucketAnalyticsConfigurationOutput> {
        let name = input.bucket.as_str();
        ctx.write(|tx| {
            let mut bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            if settings::delete_named(tx, (name, &mut bucket), Setting::Analytics, &input.id)? {
                return Ok(());
            }
            Err::<_, Fail>(error::no_such_configuration())
        })
        .await?;
        Ok(DeleteBucketAnalyticsConfigurationOutput::default())
    }
}
