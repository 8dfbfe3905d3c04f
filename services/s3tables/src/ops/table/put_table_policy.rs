//! `PutTablePolicy`: who may do what with a table.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_PutTablePolicy.html>

use platform::{Ctx, Handle, Result};
use s3tables_api::{PutTablePolicy, PutTablePolicyInput, PutTablePolicyOutput};

use crate::store::{self, TABLES};
use crate::{S3Tables, find, policy};

impl Handle<PutTablePolicy> for S3Tables {
    async fn handle(&self, ctx: &Ctx, input: PutTablePolicyInput) -> Result<PutTablePolicyOutput> {
        policy::check(&input.resource_policy)?;
        let found =
            find::table(ctx, &input.table_bucket_arn, &input.namespace, &input.name).await?;
        found
            .ctx
            .write(|tx| {
                let (bucket, namespace, name) = found.key();
                let mut row = store::table(tx, bucket, namespace, name)?;
                row.policy = Some(input.resource_policy);
                TABLES.put(tx, &found.key(), &row)?;
                Ok(PutTablePolicyOutput {})
            })
            .await
    }
}
