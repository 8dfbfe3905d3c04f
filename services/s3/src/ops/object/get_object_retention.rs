//! `GetObjectRetention`: until when a version is kept from deletion.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectRetention.html>

use platform::{Ctx, Handle, Result};
use s3_api::{
    GetObjectRetention, GetObjectRetentionInput, GetObjectRetentionOutput, ObjectLockRetention,
};

use crate::{S3, lock, names, store};

impl Handle<GetObjectRetention> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetObjectRetentionInput,
    ) -> Result<GetObjectRetentionOutput> {
        names::check_key(&input.key)?;
        let (name, key) = (input.bucket.as_str(), input.key.as_str());
        let version = ctx.read(|tx| {
            let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            lock::check_bucket(&bucket)?;
            store::readable(tx, name, key, input.version_id.as_deref())
        })?;
        let kept = version.lock.and_then(|lock| lock.retention).ok_or_else(lock::not_locked)?;
        let retention = ObjectLockRetention {
            mode: Some(kept.mode.document()),
            retain_until_date: Some(kept.until),
        };
        Ok(GetObjectRetentionOutput { retention: Some(retention) })
    }
}
