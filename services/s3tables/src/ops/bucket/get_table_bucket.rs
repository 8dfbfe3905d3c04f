//! `GetTableBucket`: what a bucket is.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_GetTableBucket.html>

use platform::{Ctx, Handle, Result};
use s3tables_api::{GetTableBucket, GetTableBucketInput, GetTableBucketOutput, TableBucketType};

use crate::{S3Tables, find, store};

impl Handle<GetTableBucket> for S3Tables {
    async fn handle(&self, ctx: &Ctx, input: GetTableBucketInput) -> Result<GetTableBucketOutput> {
        let place = find::place(ctx, &input.table_bucket_arn)?;
        let row = place.ctx.read(|tx| store::bucket(tx, &place.bucket))?;
        Ok(GetTableBucketOutput {
            arn: place.arn(),
            owner_account_id: place.ctx.scope().account.to_string(),
            name: place.bucket,
            created_at: row.created,
            table_bucket_id: Some(row.id),
            r#type: Some(TableBucketType::Customer),
        })
    }
}
