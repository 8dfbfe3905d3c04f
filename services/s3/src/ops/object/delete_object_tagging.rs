//! `DeleteObjectTagging`: removes all tags of a version.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjectTagging.html>

use platform::{Ctx, Handle, Result, Tags};
use s3_api::{DeleteObjectTagging, DeleteObjectTaggingInput, DeleteObjectTaggingOutput};

use crate::S3;

impl Handle<DeleteObjectTagging> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteObjectTaggingInput,
    ) -> Result<DeleteObjectTaggingOutput> {
        let version_id = super::get_object_tagging::set_tags(
            ctx,
            (&input.bucket, &input.key, input.version_id.as_deref()),
            input.expected_bucket_owner.as_ref(),
            Tags::new(),
        )
        .await?;
        Ok(DeleteObjectTaggingOutput { version_id })
    }
}
