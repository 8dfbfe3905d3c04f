//! `PutJobTagging`: replaces the tags of a job.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_PutJobTagging.html>

use platform::{Ctx, Handle, Result, Tags};
use s3control_api::{PutJobTagging, PutJobTaggingInput, PutJobTaggingOutput};

use crate::batch::check;
use crate::store::JOBS;
use crate::{S3Control, account, store};

impl Handle<PutJobTagging> for S3Control {
    async fn handle(&self, ctx: &Ctx, input: PutJobTaggingInput) -> Result<PutJobTaggingOutput> {
        account::check(ctx, &input.account_id)?;
        set(ctx, &input.job_id, check::tags(&input.tags)?).await?;
        Ok(PutJobTaggingOutput {})
    }
}

/// Replaces the tags of a job.
pub(super) async fn set(ctx: &Ctx, id: &str, tags: Tags) -> Result<()> {
    ctx.write(|tx| {
        let mut row = store::job(tx, ctx.now(), id)?;
        row.tags = tags;
        Ok(JOBS.put(tx, id, &row)?)
    })
    .await
}
