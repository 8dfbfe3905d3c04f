//! `DeleteTableBucketPolicy`: only identities' own policies count.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_DeleteTableBucketPolicy.html>

use platform::{Ctx, Handle, Result};
use s3tables_api::{
    DeleteTableBucketPolicy, DeleteTableBucketPolicyInput, DeleteTableBucketPolicyOutput,
};

use crate::store::{self, BUCKETS};
use crate::{S3Tables, find};

impl Handle<DeleteTableBucketPolicy> for S3Tables {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteTableBucketPolicyInput,
    ) -> Result<DeleteTableBucketPolicyOutput> {
        let place = find::place(ctx, &input.table_bucket_arn)?;
        let bucket = place.bucket.as_str();
        place
            .ctx
            .write(|tx| {
                let mut row = store::bucket(tx, bucket)?;
                row.policy = None;
                BUCKETS.put(tx, bucket, &row)?;
                Ok(DeleteTableBucketPolicyOutput {})
            })
            .await
    }
}
