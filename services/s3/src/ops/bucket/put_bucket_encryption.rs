//! `PutBucketEncryption`: how new objects are encrypted whose requests do not say, and what is
//! refused.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{PutBucketEncryption, PutBucketEncryptionInput, PutBucketEncryptionOutput};

use crate::settings::{self, Setting};
use crate::{S3, encryption, store};

impl Handle<PutBucketEncryption> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutBucketEncryptionInput,
    ) -> Result<PutBucketEncryptionOutput> {
        let name = input.bucket.as_str();
        ctx.write(|tx| {
            let mut bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            let given = input.server_side_encryption_configuration;
            let document = encryption::checked(tx, (name, &bucket), given)?;
            settings::put(tx, (name, &mut bucket), Setting::Encryption, document)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(PutBucketEncryptionOutput::default())
    }
}
