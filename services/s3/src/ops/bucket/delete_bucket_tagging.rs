//! `DeleteBucketTagging`: removes all tags of a bucket.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketTagging.html>

use platform::{Ctx, Fail, Handle, Result};
use s3_api::{DeleteBucketTagging, DeleteBucketTaggingInput, DeleteBucketTaggingOutput};

use crate::S3;
use crate::store::{self, BUCKETS};

impl Handle<DeleteBucketTagging> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteBucketTaggingInput,
    ) -> Result<DeleteBucketTaggingOutput> {
        let name = input.bucket.as_str();
        ctx.write(|tx| {
            let mut bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            bucket.tags = None;
            BUCKETS.put(tx, name, &bucket)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(DeleteBucketTaggingOutput::default())
    }
}
