//! `PutObjectLockConfiguration`: keeps new versions of a bucket for a time by default.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLockConfiguration.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{
    PutObjectLockConfiguration, PutObjectLockConfigurationInput, PutObjectLockConfigurationOutput,
};

use crate::model::Versioning;
use crate::refuse::refuse;
use crate::settings::{self, Setting};
use crate::{S3, lock, store};

impl Handle<PutObjectLockConfiguration> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutObjectLockConfigurationInput,
    ) -> Result<PutObjectLockConfigurationOutput> {
        refuse!(input, token => "x-amz-bucket-object-lock-token");
        let document = lock::checked(input.object_lock_configuration)?;
        let name = input.bucket.as_str();
        ctx.write(|tx| {
            let mut bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            if bucket.versioning != Versioning::Enabled {
                let message = "Versioning must be 'Enabled' on the bucket to apply a Object Lock \
                               configuration";
                return Err(Fail::new("InvalidBucketState", 409, message));
            }
            settings::put(tx, (name, &mut bucket), Setting::ObjectLock, document)
        })
        .await?;
        Ok(PutObjectLockConfigurationOutput::default())
    }
}
