//! `DeleteBucket`: gives a name back, once nothing is in the bucket.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html>

use aquifer_object::BlobRef;
use platform::{Ctx, Fail, Handle, Result, WriteTx};
use s3_api::{DeleteBucket, DeleteBucketInput, DeleteBucketOutput};

use crate::store::{self, BUCKETS, CURRENT, OWNED, UPLOADS};
use crate::usage::{self, Owed};
use crate::{S3, points, settings};

/// Uploads, and about so many parts, forgotten in one transaction.
const UPLOADS_MAX: usize = 1_000;
const PARTS_MAX: usize = 2_000;

impl Handle<DeleteBucket> for S3 {
    async fn handle(&self, ctx: &Ctx, input: DeleteBucketInput) -> Result<DeleteBucketOutput> {
        let name = input.bucket.as_str();
        let owner =
            ctx.read(|tx| store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref()))?;
        let ctx = ctx.with_scope(owner.owner);
        loop {
            let Removed { gone, freed, owed } = ctx.write(|tx| remove(&ctx, tx, name)).await?;
            owed.into_iter().for_each(|owed| owed.report(ctx.parts()));
            self.free(freed).await;
            if gone {
                break;
            }
        }
        Ok(DeleteBucketOutput::default())
    }
}

struct Removed {
    /// Whether the bucket is gone; otherwise there are more uploads in it.
    gone: bool,
    /// Bytes nobody names any more.
    freed: Vec<BlobRef>,
    owed: Option<Owed>,
}

/// Removes a bucket, or some of the uploads in it: those nobody completed do not keep a bucket.
fn remove(ctx: &Ctx, tx: &WriteTx<'_>, name: &str) -> Result<Removed> {
    store::bucket(ctx, tx, name, None)?;
    if CURRENT.scan(tx).prefix(&(name,)).keys().next().transpose()?.is_some() {
        let message = "The bucket you tried to delete is not empty";
        return Err(Fail::new("BucketNotEmpty", 409, message).with("BucketName", name));
    }
    if points::has_any(tx, name)? {
        return Err(points::still_attached(name));
    }
    let mut freed = Vec::new();
    for (at, upload) in UPLOADS.scan(tx).prefix(&(name,)).enumerate() {
        if at == UPLOADS_MAX || freed.len() >= PARTS_MAX {
            return Ok(Removed { gone: false, freed, owed: None });
        }
        let ((_, key, upload_id), _) = upload?;
        let parts = store::forget_upload(tx, ctx.now(), (name, &key, &upload_id))?;
        freed.extend(parts.into_iter().map(|(_, blob)| blob));
    }
    BUCKETS.delete(tx, name)?;
    settings::forget(tx, name)?;
    OWNED.delete(tx, name)?;
    let owed = usage::close(tx, ctx.now(), name, ctx.scope())?;
    Ok(Removed { gone: true, freed, owed })
}
