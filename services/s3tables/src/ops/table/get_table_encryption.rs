//! `GetTableEncryption`: how a table is encrypted.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_GetTableEncryption.html>

use platform::{Ctx, Handle, Result};
use s3tables_api::{GetTableEncryption, GetTableEncryptionInput, GetTableEncryptionOutput};

use crate::{S3Tables, find};

impl Handle<GetTableEncryption> for S3Tables {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetTableEncryptionInput,
    ) -> Result<GetTableEncryptionOutput> {
        let found =
            find::table(ctx, &input.table_bucket_arn, &input.namespace, &input.name).await?;
        Ok(GetTableEncryptionOutput { encryption_configuration: found.row.encryption.0 })
    }
}
