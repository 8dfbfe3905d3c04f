//! `GetObjectLockConfiguration`: how a bucket keeps new versions by default.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLockConfiguration.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{
    GetObjectLockConfiguration, GetObjectLockConfigurationInput, GetObjectLockConfigurationOutput,
};

use crate::settings::{self, Setting};
use crate::{S3, store};

impl Handle<GetObjectLockConfiguration> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetObjectLockConfigurationInput,
    ) -> Result<GetObjectLockConfigurationOutput> {
        let name = input.bucket.as_str();
        let document = ctx.read(|tx| {
            let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            settings::get(tx, (name, &bucket), Setting::ObjectLock)
        })?;
        if document.is_none() {
            let message = "Object Lock configuration does not exist for this bucket";
            return Err(Fail::new("ObjectLockConfigurationNotFoundError", 404, message)
                .with("BucketName", name));
        }
        Ok(GetObjectLockConfigurationOutput { object_lock_configuration: document })
    }
}
