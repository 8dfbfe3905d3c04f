//! `GetJobTagging`: the tags of a job.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_GetJobTagging.html>

use platform::{Ctx, Handle, Result};
use s3control_api::{GetJobTagging, GetJobTaggingInput, GetJobTaggingOutput, S3Tag};

use crate::{S3Control, account, store};

impl Handle<GetJobTagging> for S3Control {
    async fn handle(&self, ctx: &Ctx, input: GetJobTaggingInput) -> Result<GetJobTaggingOutput> {
        account::check(ctx, &input.account_id)?;
        let row = ctx.read(|tx| store::job(tx, ctx.now(), &input.job_id))?;
        let tag =
            |(key, value): (&str, &str)| S3Tag { key: key.to_owned(), value: value.to_owned() };
        Ok(GetJobTaggingOutput { tags: Some(row.tags.iter().map(tag).collect()) })
    }
}
