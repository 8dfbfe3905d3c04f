//! `DeleteTableBucket`: an empty bucket goes.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_DeleteTableBucket.html>

use platform::{Ctx, Handle, Result};
use s3tables_api::{DeleteTableBucket, DeleteTableBucketInput, DeleteTableBucketOutput};

use crate::store::{self, BUCKETS, NAMESPACES};
use crate::{S3Tables, error, find};

impl Handle<DeleteTableBucket> for S3Tables {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteTableBucketInput,
    ) -> Result<DeleteTableBucketOutput> {
        let place = find::place(ctx, &input.table_bucket_arn)?;
        let bucket = place.bucket.as_str();
        place
            .ctx
            .write(|tx| {
                store::bucket(tx, bucket)?;
                if NAMESPACES.scan(tx).prefix(&(bucket,)).keys().next().is_some() {
                    return Err(error::not_empty("bucket"));
                }
                BUCKETS.delete(tx, bucket)?;
                Ok(DeleteTableBucketOutput {})
            })
            .await
    }
}
