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
use crate::{S3, error, mfa};

impl Handle<PutBucketVersioning> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutBucketVersioningInput,
    ) -> Result<PutBucketVersioningOutput> {
        let configuration = &input.versioning_configuration;
        let mfa_delete = configuration.mfa_delete.map(|said| said == MFADelete::Enabled);
        let versioning = match configuration.status {
            Some(BucketVersioningStatus::Enabled) => Versioning::Enabled,
            Some(BucketVersioningStatus::Suspended) => Versioning::Suspended,
            None => return Err(error::malformed_xml()),
        };
        let name = input.bucket.as_str();
        let shown = mfa::shown(ctx, input.mfa.as_deref()).await?;
        ctx.write(|tx| {
            let mut bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            mfa::check(&bucket, shown)?;
            if mfa_delete == Some(true) {
                if !shown {
                    return Err(mfa::needed());
                }
                if bucket.settings.has(Setting::Lifecycle) {
                    return Err(error::lifecycle_and_mfa());
                }
            }
            if versioning != Versioning::Enabled && bucket.settings.has(Setting::Replication) {
                return Err(error::versioning_is_needed());
            }
            if versioning != Versioning::Enabled && bucket.settings.has(Setting::ObjectLock) {
                return Err(error::lock_needs_versioning());
            }
            bucket.versioning = versioning;
            bucket.mfa_delete = mfa_delete.or(bucket.mfa_delete);
            BUCKETS.put(tx, name, &bucket)?;
            Ok::<_, platform::Fail>(())
        })
        .await?;
        Ok(PutBucketVersioningOutput::default())
    }
}
