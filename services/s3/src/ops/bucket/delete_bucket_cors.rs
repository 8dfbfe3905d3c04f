//! `DeleteBucketCors`: forgets what pages of other sites may do with a bucket.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketCors.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{DeleteBucketCors, DeleteBucketCorsInput, DeleteBucketCorsOutput};

use crate::settings::{self, Setting};
use crate::{S3, store};

impl Handle<DeleteBucketCors> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteBucketCorsInput,
    ) -> Result<DeleteBucketCorsOutput> {
        let name = input.bucket.as_str();
        ctx.write(|tx| {
            let mut bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            settings::delete(tx, (name, &mut bucket), Setting::Cors)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(DeleteBucketCorsOutput::default())
    }
}
