//! `GetTablePolicy`: the policy of a table.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_GetTablePolicy.html>

use platform::{Ctx, Handle, Result};
use s3tables_api::{GetTablePolicy, GetTablePolicyInput, GetTablePolicyOutput};

use crate::{S3Tables, error, find};

impl Handle<GetTablePolicy> for S3Tables {
    async fn handle(&self, ctx: &Ctx, input: GetTablePolicyInput) -> Result<GetTablePolicyOutput> {
        let found =
            find::table(ctx, &input.table_bucket_arn, &input.namespace, &input.name).await?;
        let policy = found.row.policy.ok_or_else(|| error::no_policy("table"))?;
        Ok(GetTablePolicyOutput { resource_policy: policy })
    }
}
