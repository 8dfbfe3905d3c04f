//! `DeleteBucket`: gives a name back, once nothing is in the bucket.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{DeleteBucket, DeleteBucketInput, DeleteBucketOutput};

use crate::S3;
use crate::store::{self, BUCKETS, CURRENT, OWNED, UPLOADS};

impl Handle<DeleteBucket> for S3 {
    async fn handle(&self, ctx: &Ctx, input: DeleteBucketInput) -> Result<DeleteBucketOutput> {
        let name = input.bucket.as_str();
        let owner =
            ctx.read(|tx| store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref()))?;
        let ctx = ctx.with_scope(owner.owner);
        let freed = ctx
            .write(|tx| {
                store::bucket(&ctx, tx, name, None)?;
                if CURRENT.scan(tx).prefix(&(name,)).next().is_some() {
                    let message = "The bucket you tried to delete is not empty";
                    return Err(Fail::new("BucketNotEmpty", 409, message).with("BucketName", name));
                }
                // Uploads nobody completed do not keep a bucket.
                let mut freed = Vec::new();
                for upload in UPLOADS.scan(tx).prefix(&(name,)) {
                    let ((_, key, upload_id), _) = upload?;
                    freed.extend(store::forget_upload(tx, name, &key, &upload_id)?);
                }
                BUCKETS.delete(tx, name)?;
                OWNED.delete(tx, name)?;
                Ok(freed)
            })
            .await?;
        self.free(freed.into_iter().map(|(_, blob)| blob)).await;
        Ok(DeleteBucketOutput::default())
    }
}
