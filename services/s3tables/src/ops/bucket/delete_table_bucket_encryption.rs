//! `DeleteTableBucketEncryption`: new tables are encrypted as S3 does by itself.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_DeleteTableBucketEncryption.html>

use platform::{Ctx, Handle, Result};
use s3tables_api::{
    DeleteTableBucketEncryption, DeleteTableBucketEncryptionInput,
    DeleteTableBucketEncryptionOutput,
};

use crate::store::{self, BUCKETS};
use crate::{S3Tables, find};

impl Handle<DeleteTableBucketEncryption> for S3Tables {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteTableBucketEncryptionInput,
    ) -> Result<DeleteTableBucketEncryptionOutput> {
        let place = find::place(ctx, &input.table_bucket_arn)?;
        let bucket = place.bucket.as_str();
        place
            .ctx
            .write(|tx| {
                let mut row = store::bucket(tx, bucket)?;
                row.encryption = None;
                BUCKETS.put(tx, bucket, &row)?;
                Ok(DeleteTableBucketEncryptionOutput {})
            })
            .await
    }
}
