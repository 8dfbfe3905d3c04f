//! `GetTableBucketPolicy`: the policy of a bucket.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_GetTableBucketPolicy.html>

use platform::{Ctx, Handle, Result};
use s3tables_api::{GetTableBucketPolicy, GetTableBucketPolicyInput, GetTableBucketPolicyOutput};

use crate::{S3Tables, error, find, store};

impl Handle<GetTableBucketPolicy> for S3Tables {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetTableBucketPolicyInput,
    ) -> Result<GetTableBucketPolicyOutput> {
        let place = find::place(ctx, &input.table_bucket_arn)?;
        let row = place.ctx.read(|tx| store::bucket(tx, &place.bucket))?;
        let policy = row.policy.ok_or_else(|| error::no_policy("table bucket"))?;
        Ok(GetTableBucketPolicyOutput { resource_policy: policy })
    }
}
