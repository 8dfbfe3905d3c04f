//! `PutTableBucketEncryption`: how new tables are encrypted.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_PutTableBucketEncryption.html>

use platform::{Ctx, Handle, Result, Stored};
use s3tables_api::{
    PutTableBucketEncryption, PutTableBucketEncryptionInput, PutTableBucketEncryptionOutput,
};

use crate::store::{self, BUCKETS};
use crate::{S3Tables, create, find};

impl Handle<PutTableBucketEncryption> for S3Tables {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutTableBucketEncryptionInput,
    ) -> Result<PutTableBucketEncryptionOutput> {
        create::check_encryption(&input.encryption_configuration)?;
        let place = find::place(ctx, &input.table_bucket_arn)?;
        let bucket = place.bucket.as_str();
        place
            .ctx
            .write(|tx| {
                let mut row = store::bucket(tx, bucket)?;
                row.encryption = Some(Stored(input.encryption_configuration));
                BUCKETS.put(tx, bucket, &row)?;
                Ok(PutTableBucketEncryptionOutput {})
            })
            .await
    }
}
