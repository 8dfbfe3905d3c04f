//! `DeleteNamespace`: an empty namespace goes.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_DeleteNamespace.html>

use platform::{Ctx, Handle, Result};
use s3tables_api::{DeleteNamespace, DeleteNamespaceInput, DeleteNamespaceOutput};

use crate::store::{self, NAMESPACES, TABLES};
use crate::{S3Tables, error, find};

impl Handle<DeleteNamespace> for S3Tables {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteNamespaceInput,
    ) -> Result<DeleteNamespaceOutput> {
        let place = find::place(ctx, &input.table_bucket_arn)?;
        let key = (place.bucket.as_str(), input.namespace.as_str());
        place
            .ctx
            .write(|tx| {
                store::namespace(tx, key.0, key.1)?;
                if TABLES.scan(tx).prefix(&key).keys().next().is_some() {
                    return Err(error::not_empty("namespace"));
                }
                NAMESPACES.delete(tx, &key)?;
                Ok(DeleteNamespaceOutput {})
            })
            .await
    }
}
