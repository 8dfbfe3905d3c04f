//! `PutBucketTagging`: replaces the tags of a bucket.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketTagging.html>

use platform::{Ctx, Fail, Handle, Result, Tags};
use s3_api::{PutBucketTagging, PutBucketTaggingInput, PutBucketTaggingOutput, Tag};

use crate::S3;
use crate::store::{self, BUCKETS};

/// Tags a bucket may have.
const TAGS_MAX: usize = 50;

impl Handle<PutBucketTagging> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutBucketTaggingInput,
    ) -> Result<PutBucketTaggingOutput> {
        let tags = tags(&input.tagging.tag_set)?;
        let name = input.bucket.as_str();
        ctx.write(|tx| {
            let mut bucket = store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
            bucket.tags = Some(tags);
            BUCKETS.put(tx, name, &bucket)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(PutBucketTaggingOutput::default())
    }
}

/// Tags of a bucket as a request gives them.
pub(crate) fn tags(given: &[Tag]) -> Result<Tags> {
    crate::ops::object::put_object_tagging::tags_up_to(given, TAGS_MAX)
}
