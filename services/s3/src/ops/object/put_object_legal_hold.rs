//! `PutObjectLegalHold`: keeps a version from deletion until it is said otherwise.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLegalHold.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{
    ObjectLockLegalHoldStatus, PutObjectLegalHold, PutObjectLegalHoldInput,
    PutObjectLegalHoldOutput,
};

use crate::{S3, error, lock, names, replication, store};

impl Handle<PutObjectLegalHold> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutObjectLegalHoldInput,
    ) -> Result<PutObjectLegalHoldOutput> {
        names::check_key(&input.key)?;
        let status = input.legal_hold.and_then(|hold| hold.status);
        let status = status.ok_or_else(error::malformed_xml)?;
        let (name, key) = (input.bucket.as_str(), input.key.as_str());
        ctx.write(|tx| {
            let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            lock::check_bucket(&bucket)?;
            let mut version = store::readable(tx, name, key, input.version_id.as_deref())?;
            let on = status == ObjectLockLegalHoldStatus::On;
            version.lock.get_or_insert_default().legal_hold = Some(on);
            store::save(tx, name, key, &version)?;
            replication::altered(ctx, tx, (name, &bucket), key, &version)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(PutObjectLegalHoldOutput::default())
    }
}
