//! `PutObjectRetention`: keeps a version from deletion until a time.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectRetention.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{PutObjectRetention, PutObjectRetentionInput, PutObjectRetentionOutput};

use crate::lock::{self, Mode, Retention};
use crate::{S3, error, names, replication, store};

impl Handle<PutObjectRetention> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutObjectRetentionInput,
    ) -> Result<PutObjectRetentionOutput> {
        names::check_key(&input.key)?;
        let given = input.retention.unwrap_or_default();
        let retention = match (given.mode, given.retain_until_date) {
            (None, None) => None,
            (Some(mode), Some(until)) => {
                Some(Retention { mode: Mode::of(mode), until: lock::future(ctx, until)? })
            }
            _ => return Err(error::malformed_xml()),
        };
        let (name, key) = (input.bucket.as_str(), input.key.as_str());
        let cause = lock::cause(ctx, (name, key), input.bypass_governance_retention).await?;
        ctx.write(|tx| {
            let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            lock::check_bucket(&bucket)?;
            let mut version = store::readable(tx, name, key, input.version_id.as_deref())?;
            let mut lock = version.lock.take().unwrap_or_default();
            lock::check_change(lock.retention, retention, ctx.now(), cause)?;
            lock.retention = retention;
            version.lock = Some(lock);
            store::save(tx, name, key, &version)?;
            replication::altered(ctx, tx, (name, &bucket), key, &version)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(PutObjectRetentionOutput::default())
    }
}
