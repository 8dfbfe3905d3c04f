//! `DeleteBucketLifecycle`: has a bucket's objects stay as they are.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketLifecycle.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{DeleteBucketLifecycle, DeleteBucketLifecycleInput, DeleteBucketLifecycleOutput};

use crate::settings::{self, Setting};
use crate::{S3, store};

impl Handle<DeleteBucketLifecycle> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteBucketLifecycleInput,
    ) -> Result<DeleteBucketLifecycleOutput> {
        let name = input.bucket.as_str();
        ctx.write(|tx| {
            let mut bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            settings::delete(tx, (name, &mut bucket), Setting::Lifecycle)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(DeleteBucketLifecycleOutput::default())
    }
}
