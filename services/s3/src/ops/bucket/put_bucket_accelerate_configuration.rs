//! `PutBucketAccelerateConfiguration`: enables the host that speeds transfers up, or suspends it.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAccelerateConfiguration.html>
//!
//! AWS: nothing is set where a bucket without a state is suspended; here too.

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{
    BucketAccelerateStatus, PutBucketAccelerateConfiguration,
    PutBucketAccelerateConfigurationInput, PutBucketAccelerateConfigurationOutput,
};

use crate::settings::{self, Setting};
use crate::{S3, error, store};

impl Handle<PutBucketAccelerateConfiguration> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutBucketAccelerateConfigurationInput,
    ) -> Result<PutBucketAccelerateConfigurationOutput> {
        let name = input.bucket.as_str();
        let status = input.accelerate_configuration.status.ok_or_else(error::malformed_xml)?;
        ctx.write(|tx| {
            let mut bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            if name.contains('.') {
                return Err(error::invalid_request(
                    "S3 Transfer Acceleration is not supported for buckets with periods (.) in \
                     their names",
                ));
            }
            let suspends = status == BucketAccelerateStatus::Suspended;
            if suspends && !bucket.settings.has(Setting::Accelerate) {
                return Ok(());
            }
            let set = input.accelerate_configuration;
            settings::put(tx, (name, &mut bucket), Setting::Accelerate, set)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(PutBucketAccelerateConfigurationOutput::default())
    }
}
