//! `AbortMultipartUpload`: forgets an upload and its parts.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html>

use platform::{Ctx, Handle, Result};
use s3_api::{AbortMultipartUpload, AbortMultipartUploadInput, AbortMultipartUploadOutput};

use crate::refuse::refuse;
use crate::{S3, store};

impl Handle<AbortMultipartUpload> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: AbortMultipartUploadInput,
    ) -> Result<AbortMultipartUploadOutput> {
        refuse!(input, if_match_initiated_time => "x-amz-if-match-initiated-time");
        let (name, key, upload_id) =
            (input.bucket.as_str(), input.key.as_str(), input.upload_id.as_str());
        let freed = ctx
            .write(|tx| {
                store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
                store::upload(tx, name, key, upload_id)?;
                store::forget_upload(tx, ctx.now(), (name, key, upload_id))
            })
            .await?;
        self.free(freed.into_iter().map(|(_, blob)| blob)).await;
        Ok(AbortMultipartUploadOutput::default())
    }
}
