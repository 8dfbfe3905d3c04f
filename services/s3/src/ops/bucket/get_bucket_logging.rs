//! `GetBucketLogging`: whether and where the requests for a bucket are logged.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLogging.html>

use platform::{Ctx, Handle, Result};
use s3_api::{GetBucketLogging, GetBucketLoggingInput, GetBucketLoggingOutput};

use crate::settings::{self, Setting};
use crate::{S3, store};

impl Handle<GetBucketLogging> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetBucketLoggingInput,
    ) -> Result<GetBucketLoggingOutput> {
        let name = input.bucket.as_str();
        let logging_enabled = ctx.read(|tx| {
            let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            settings::get(tx, (name, &bucket), Setting::Logging)
        })?;
        Ok(GetBucketLoggingOutput { logging_enabled })
    }
}
