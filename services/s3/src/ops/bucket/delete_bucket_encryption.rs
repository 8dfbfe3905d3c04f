//! `DeleteBucketEncryption`: encrypts new objects as a new bucket does.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketEncryption.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{DeleteBucketEncryption, DeleteBucketEncryptionInput, DeleteBucketEncryptionOutput};

use crate::settings::{self, Setting};
use crate::{S3, store};

impl Handle<DeleteBucketEncryption> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteBucketEncryptionInput,
    ) -> Result<DeleteBucketEncryptionOutput> {
        let name = input.bucket.as_str();
        ctx.write(|tx| {
            let mut bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            settings::delete(tx, (name, &mut bucket), Setting::Encryption)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(DeleteBucketEncryptionOutput::default())
    }
}
