//! `RenameTable`: a table under another name, or in another namespace.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_RenameTable.html>

use platform::{Ctx, Handle, Result};
use s3tables_api::{RenameTable, RenameTableInput, RenameTableOutput};

use crate::store::{self, TABLES};
use crate::{S3Tables, error, find, names};

impl Handle<RenameTable> for S3Tables {
    async fn handle(&self, ctx: &Ctx, input: RenameTableInput) -> Result<RenameTableOutput> {
        if input.new_name.is_none() && input.new_namespace_name.is_none() {
            return Err(error::invalid("A new name or a new namespace name must be specified."));
        }
        let found =
            find::table(ctx, &input.table_bucket_arn, &input.namespace, &input.name).await?;
        let to_namespace = input.new_namespace_name.unwrap_or_else(|| found.namespace.clone());
        let to_name = input.new_name.unwrap_or_else(|| found.name.clone());
        names::check("table", &to_name)?;
        let (now, caller) = (ctx.now().floor_millis(), ctx.caller().account);
        found
            .ctx
            .write(|tx| {
                let (bucket, namespace, name) = found.key();
                let mut row = store::table(tx, bucket, namespace, name)?;
                if input.version_token.is_some_and(|token| token != row.version_token) {
                    return Err(error::stale_token());
                }
                store::namespace(tx, bucket, &to_namespace)?;
                let there = (bucket, to_namespace.as_str(), to_name.as_str());
                if TABLES.get(tx, &there)?.is_some() {
                    return Err(error::table_exists());
                }
                TABLES.delete(tx, &found.key())?;
                row.version_token = ctx.ids().hex(20);
                row.modified = now;
                row.modified_by = caller.unwrap_or(row.modified_by);
                store::put_table(tx, bucket, &to_namespace, &to_name, &row)?;
                Ok(RenameTableOutput {})
            })
            .await
    }
}
