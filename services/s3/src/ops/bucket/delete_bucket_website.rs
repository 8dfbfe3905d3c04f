//! `DeleteBucketWebsite`: lets a bucket be a website no longer.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketWebsite.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{DeleteBucketWebsite, DeleteBucketWebsiteInput, DeleteBucketWebsiteOutput};

use crate::settings::{self, Setting};
use crate::{S3, store};

impl Handle<DeleteBucketWebsite> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteBucketWebsiteInput,
    ) -> Result<DeleteBucketWebsiteOutput> {
        let name = input.bucket.as_str();
        ctx.write(|tx| {
            let mut bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            settings::delete(tx, (name, &mut bucket), Setting::Website)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(DeleteBucketWebsiteOutput::default())
    }
}
