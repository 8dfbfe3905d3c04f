//! `GetNamespace`: what a namespace is.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_GetNamespace.html>

use platform::{Ctx, Fail, Handle, Result};
use s3tables_api::{GetNamespace, GetNamespaceInput, GetNamespaceOutput};

use crate::{S3Tables, find, store};

impl Handle<GetNamespace> for S3Tables {
    async fn handle(&self, ctx: &Ctx, input: GetNamespaceInput) -> Result<GetNamespaceOutput> {
        let place = find::place(ctx, &input.table_bucket_arn)?;
        let (bucket, row) = place.ctx.read(|tx| {
            let row = store::namespace(tx, &place.bucket, &input.namespace)?;
            Ok::<_, Fail>((store::bucket(tx, &place.bucket)?, row))
        })?;
        Ok(GetNamespaceOutput {
            namespace: vec![input.namespace],
            created_at: row.created,
            created_by: row.created_by.to_string(),
            owner_account_id: place.ctx.scope().account.to_string(),
            namespace_id: Some(row.id),
            table_bucket_id: Some(bucket.id),
        })
    }
}
