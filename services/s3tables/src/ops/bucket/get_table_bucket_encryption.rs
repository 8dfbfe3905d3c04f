//! `GetTableBucketEncryption`: how new tables are encrypted.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_GetTableBucketEncryption.html>

use platform::{Ctx, Handle, Result};
use s3tables_api::{
    GetTableBucketEncryption, GetTableBucketEncryptionInput, GetTableBucketEncryptionOutput,
};

use crate::model::standard_encryption;
use crate::{S3Tables, find, store};

impl Handle<GetTableBucketEncryption> for S3Tables {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetTableBucketEncryptionInput,
    ) -> Result<GetTableBucketEncryptionOutput> {
        let place = find::place(ctx, &input.table_bucket_arn)?;
        let row = place.ctx.read(|tx| store::bucket(tx, &place.bucket))?;
        let encryption = row.encryption.map_or_else(standard_encryption, |stored| stored.0);
        Ok(GetTableBucketEncryptionOutput { encryption_configuration: encryption })
    }
}
