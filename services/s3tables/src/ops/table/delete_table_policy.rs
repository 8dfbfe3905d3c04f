//! `DeleteTablePolicy`: only what the bucket says counts.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_DeleteTablePolicy.html>

use platform::{Ctx, Handle, Result};
use s3tables_api::{DeleteTablePolicy, DeleteTablePolicyInput, DeleteTablePolicyOutput};

use crate::store::{self, TABLES};
use crate::{S3Tables, find};

impl Handle<DeleteTablePolicy> for S3Tables {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteTablePolicyInput,
    ) -> Result<DeleteTablePolicyOutput> {
        let found =
            find::table(ctx, &input.table_bucket_arn, &input.namespace, &input.name).await?;
        found
            .ctx
            .write(|tx| {
                let (bucket, namespace, name) = found.key();
                let mut row = store::table(tx, bucket, namespace, name)?;
                row.policy = None;
                TABLES.put(tx, &found.key(), &row)?;
                Ok(DeleteTablePolicyOutput {})
            })
            .await
    }
}
