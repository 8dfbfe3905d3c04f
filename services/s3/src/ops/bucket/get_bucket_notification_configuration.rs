//! `GetBucketNotificationConfiguration`: who is told of changes of a bucket's objects.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketNotificationConfiguration.html>

use platform::{Ctx, Handle, Result};
use s3_api::{
    GetBucketNotificationConfiguration, GetBucketNotificationConfigurationInput,
    GetBucketNotificationConfigurationOutput, NotificationConfiguration,
};

use crate::settings::{self, Setting};
use crate::{S3, store};

impl Handle<GetBucketNotificationConfiguration> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetBucketNotificationConfigurationInput,
    ) -> Result<GetBucketNotificationConfigurationOutput> {
        let name = input.bucket.as_str();
        let set: Option<NotificationConfiguration> = ctx.read(|tx| {
            let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            settings::get(tx, (name, &bucket), Setting::Notification)
        })?;
        Ok(set.unwrap_or_default())
    }
}
