//! `CreateNamespace`: a name under which there are tables.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_CreateNamespace.html>

use platform::{Ctx, Fail, Handle, Result};
use s3tables_api::{CreateNamespace, CreateNamespaceInput, CreateNamespaceOutput};

use crate::model::NamespaceRow;
use crate::store::{self, NAMESPACES};
use crate::{S3Tables, error, find, names};

impl Handle<CreateNamespace> for S3Tables {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: CreateNamespaceInput,
    ) -> Result<CreateNamespaceOutput> {
        let place = find::place(ctx, &input.table_bucket_arn)?;
        let [name] = input.namespace.as_slice() else {
            return Err(error::invalid("A namespace has one level."));
        };
        names::check("namespace", name)?;
        let bucket = place.bucket.as_str();
        let row = NamespaceRow {
            id: ctx.ids().uuid(),
            created: ctx.now().floor_millis(),
            created_by: ctx.caller().account.unwrap_or(ctx.scope().account),
        };
        place
            .ctx
            .write(|tx| {
                store::bucket(tx, bucket)?;
                if NAMESPACES.get(tx, &(bucket, name.as_str()))?.is_some() {
                    return Err(error::namespace_exists());
                }
                NAMESPACES.put(tx, &(bucket, name.as_str()), &row)?;
                Ok::<_, Fail>(())
            })
            .await?;
        Ok(CreateNamespaceOutput { table_bucket_arn: place.arn(), namespace: input.namespace })
    }
}
