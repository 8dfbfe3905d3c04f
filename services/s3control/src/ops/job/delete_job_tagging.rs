//! `DeleteJobTagging`: removes all tags of a job.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_DeleteJobTagging.html>

use platform::{Ctx, Handle, Result, Tags};
use s3control_api::{DeleteJobTagging, DeleteJobTaggingInput, DeleteJobTaggingOutput};

use super::put_job_tagging::set;
use crate::{S3Control, account};

impl Handle<DeleteJobTagging> for S3Control {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteJobTaggingInput,
    ) -> Result<DeleteJobTaggingOutput> {
        account::check(ctx, &input.account_id)?;
        set(ctx, &input.job_id, Tags::new()).await?;
        Ok(DeleteJobTaggingOutput {})
    }
}
