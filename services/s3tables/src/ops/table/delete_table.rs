//! `DeleteTable`: a table goes, and its files after it.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_DeleteTable.html>

use platform::{Ctx, Handle, Result};
use s3tables_api::{DeleteTable, DeleteTableInput, DeleteTableOutput};

use crate::store::{self, IDS, TABLES};
use crate::{S3Tables, error, find, jobs};

impl Handle<DeleteTable> for S3Tables {
    async fn handle(&self, ctx: &Ctx, input: DeleteTableInput) -> Result<DeleteTableOutput> {
        let found =
            find::table(ctx, &input.table_bucket_arn, &input.namespace, &input.name).await?;
        found
            .ctx
            .write(|tx| {
                let (bucket, namespace, name) = found.key();
                let row = store::table(tx, bucket, namespace, name)?;
                if input.version_token.is_some_and(|token| token != row.version_token) {
                    return Err(error::stale_token());
                }
                TABLES.delete(tx, &found.key())?;
                IDS.delete(tx, &(bucket, row.id.as_str()))?;
                store::count(tx, bucket, -1)?;
                jobs::schedule_removal(tx, ctx.now(), &row.warehouse)?;
                Ok(DeleteTableOutput {})
            })
            .await
    }
}
