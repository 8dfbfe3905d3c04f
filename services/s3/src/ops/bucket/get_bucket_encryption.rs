//! `GetBucketEncryption`: how new objects are encrypted whose requests do not say.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketEncryption.html>

use platform::{Ctx, Handle, Result};
use s3_api::{GetBucketEncryption, GetBucketEncryptionInput, GetBucketEncryptionOutput};

use crate::{S3, encryption, store};

impl Handle<GetBucketEncryption> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetBucketEncryptionInput,
    ) -> Result<GetBucketEncryptionOutput> {
        let name = input.bucket.as_str();
        let document = ctx.read(|tx| {
            let bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            encryption::answered(tx, (name, &bucket))
        })?;
        Ok(GetBucketEncryptionOutput { server_side_encryption_configuration: Some(document) })
    }
}
