//! `GetObjectLegalHold`: whether a hold keeps a version from deletion.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLegalHold.html>

use platform::{Ctx, Handle, Result};
use s3_api::{
    GetObjectLegalHold, GetObjectLegalHoldInput, GetObjectLegalHoldOutput, ObjectLockLegalHold,
};

use crate::{S3, lock, names, store};

impl Handle<GetObjectLegalHold> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetObjectLegalHoldInput,
    ) -> Result<GetObjectLegalHoldOutput> {
        names::check_key(&input.key)?;
        let (name, key) = (input.bucket.as_str(), input.key.as_str());
        let version = ctx.read(|tx| {
            let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            lock::check_bucket(&bucket)?;
            store::readable(tx, name, key, input.version_id.as_deref())
        })?;
        let on = version.lock.and_then(|lock| lock.legal_hold).ok_or_else(lock::not_locked)?;
        let hold = ObjectLockLegalHold { status: Some(lock::hold(on)) };
        Ok(GetObjectLegalHoldOutput { legal_hold: Some(hold) })
    }
}
