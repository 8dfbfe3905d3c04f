//! `DescribeJob`: what a job was told, and how far it is.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_DescribeJob.html>

use platform::{Ctx, Handle, Result};
use s3control_api::{DescribeJob, DescribeJobInput, DescribeJobOutput};

use crate::{S3Control, account, store};

impl Handle<DescribeJob> for S3Control {
    async fn handle(&self, ctx: &Ctx, input: DescribeJobInput) -> Result<DescribeJobOutput> {
        account::check(ctx, &input.account_id)?;
        let row = ctx.read(|tx| store::job(tx, ctx.now(), &input.job_id))?;
        Ok(DescribeJobOutput { job: Some(row.described()) })
    }
}
