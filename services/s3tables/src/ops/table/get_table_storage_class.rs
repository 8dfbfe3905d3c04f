//! `GetTableStorageClass`: the class of storage a table is in.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_GetTableStorageClass.html>

use platform::{Ctx, Handle, Result};
use s3tables_api::{GetTableStorageClass, GetTableStorageClassInput, GetTableStorageClassOutput};

use crate::model::storage_class;
use crate::{S3Tables, find};

impl Handle<GetTableStorageClass> for S3Tables {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetTableStorageClassInput,
    ) -> Result<GetTableStorageClassOutput> {
        find::table(ctx, &input.table_bucket_arn, &input.namespace, &input.name).await?;
        Ok(GetTableStorageClassOutput { storage_class_configuration: storage_class() })
    }
}
