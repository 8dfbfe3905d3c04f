//! `GetBucketVersioning`: whether the bucket keeps versions.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html>

use platform::{Ctx, Handle, Result};
use s3_api::{
    BucketVersioningStatus, GetBucketVersioning, GetBucketVersioningInput,
    GetBucketVersioningOutput, MFADeleteStatus,
};

use crate::model::Versioning;
use crate::{S3, store};

impl Handle<GetBucketVersioning> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetBucketVersioningInput,
    ) -> Result<GetBucketVersioningOutput> {
        let bucket = ctx.read(|tx| {
            store::bucket(ctx, tx, &input.bucket, input.expected_bucket_owner.as_ref())
        })?;
        let status = match bucket.versioning {
            Versioning::Never => None,
            Versioning::Enabled => Some(BucketVersioningStatus::Enabled),
            Versioning::Suspended => Some(BucketVersioningStatus::Suspended),
        };
        let mfa_delete = bucket.mfa_delete.map(|on| match on {
            true => MFADeleteStatus::Enabled,
            false => MFADeleteStatus::Disabled,
        });
        Ok(GetBucketVersioningOutput { status, mfa_delete })
    }
}
