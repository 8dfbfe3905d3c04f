//! `PutBucketVersioning`: starts or suspends keeping versions; it cannot be undone.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html>

use platform::{Ctx, Handle, Result};
use s3_api::{
    BucketVersioningStatus, MFADelete, PutBucketVersioning, PutBucketVersioningInput,
    PutBucketVersioningOutput,
};

use crate::model::Versioning;
use crate::settings::Setting;
use crate::store::{self, BUCKETS};
use crate::{S3, error};

impl Handle<PutBucketVersioning> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutBucketVersioningInput,
    ) -> Result<PutBucketVersioningOutput> {
        let configuration = &input.versioning_configuration;
        if input.mfa.is_some() || configuration.mfa_delete == Some(MFADelete::Enabled) {
            return Err(error::not_implemented("x-amz-mfa"));
        }
        let versioning = match configuration.status {
            Some(BucketVersioningStatus::Enabled) => Versioning::Enabled,
            Some(BucketVersioningStatus::Suspended) => Versioning::Suspended,
            None => return Err(error::malformed_xml()),
        };
        let name = input.bucket.as_str();
        ctx.write(|tx| {
            let mut bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            if versioning != Versioning::Enabled && bucket.settings.has(Setting::Replication) {
                return Err(error::versioning_is_needed());
            }
            if versioning != Versioning::Enabled && bucket.settings.has(Setting::ObjectLock) {
                return Err(error::lock_needs_versioning());
            }
            bucket.versioning = versioning;
            BUCKETS.put(tx, name, &bucket)?;
            Ok::<_, platform::Fail>(())
        })
        .await?;
        Ok(PutBucketVersioningOutput::default())
    }
}
