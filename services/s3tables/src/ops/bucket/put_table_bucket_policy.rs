//! `PutTableBucketPolicy`: who may do what with a bucket and its tables.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_PutTableBucketPolicy.html>

use platform::{Ctx, Handle, Result};
use s3tables_api::{PutTableBucketPolicy, PutTableBucketPolicyInput, PutTableBucketPolicyOutput};

use crate::store::{self, BUCKETS};
use crate::{S3Tables, find, policy};

impl Handle<PutTableBucketPolicy> for S3Tables {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutTableBucketPolicyInput,
    ) -> Result<PutTableBucketPolicyOutput> {
        policy::check(&input.resource_policy)?;
        let place = find::place(ctx, &input.table_bucket_arn)?;
        let bucket = place.bucket.as_str();
        place
            .ctx
            .write(|tx| {
                let mut row = store::bucket(tx, bucket)?;
                row.policy = Some(input.resource_policy);
                BUCKETS.put(tx, bucket, &row)?;
                Ok(PutTableBucketPolicyOutput {})
            })
            .await
    }
}
