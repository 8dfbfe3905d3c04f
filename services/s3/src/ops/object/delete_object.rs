//! `DeleteObject`: removes a key, or marks it deleted, or removes one version for good.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html>

use platform::{Ctx, Handle, Result};
use s3_api::{DeleteObject, DeleteObjectInput, DeleteObjectOutput};

use crate::refuse::refuse;
use crate::{S3, condition, lock, mfa, names, store, versions};

impl Handle<DeleteObject> for S3 {
    async fn handle(&self, ctx: &Ctx, input: DeleteObjectInput) -> Result<DeleteObjectOutput> {
        names::check_key(&input.key)?;
        refuse!(input,
            if_match_last_modified_time => "x-amz-if-match-last-modified-time",
            if_match_size => "x-amz-if-match-size",
        );
        let (name, key) = (input.bucket.as_str(), input.key.as_str());
        let bypass = input.bypass_governance_retention;
        let cause = lock::cause(ctx, (name, key), bypass).await?;
        let shown = mfa::shown(ctx, input.mfa.as_deref()).await?;
        let deleted = ctx
            .write(|tx| {
                let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
                lock::check_bypass(&bucket, bypass)?;
                if let Some(tags) = input.if_match.as_deref() {
                    let meant = store::find(tx, name, key, input.version_id.as_deref())?;
                    condition::check_write(key, meant.as_ref(), Some(tags), None)?;
                }
                match input.version_id.as_deref() {
                    Some(id) => {
                        mfa::check(&bucket, shown)?;
                        versions::delete_version(ctx, tx, (name, &bucket), key, id, cause)
                    }
                    None => versions::delete(ctx, tx, (name, &bucket), key),
                }
            })
            .await?;
        self.free(deleted.freed).await;
        Ok(DeleteObjectOutput {
            delete_marker: deleted.delete_marker.then_some(true),
            version_id: deleted.version_id,
            ..Default::default()
        })
    }
}
