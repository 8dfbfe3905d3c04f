//! `UpdateJobPriority`: which jobs come first.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_UpdateJobPriority.html>

use platform::{Ctx, Fail, Handle, Result};
use s3control_api::{UpdateJobPriority, UpdateJobPriorityInput, UpdateJobPriorityOutput};

use crate::store::JOBS;
use crate::{S3Control, account, error, store};

impl Handle<UpdateJobPriority> for S3Control {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: UpdateJobPriorityInput,
    ) -> Result<UpdateJobPriorityOutput> {
        account::check(ctx, &input.account_id)?;
        let id = input.job_id.as_str();
        ctx.write(|tx| {
            let mut row = store::job(tx, ctx.now(), id)?;
            if row.has_ended() {
                let message = "The priority of a job that has ended cannot be changed.";
                return Err(error::invalid_request(message));
            }
            row.job.0.priority = Some(input.priority);
            Ok::<_, Fail>(JOBS.put(tx, id, &row)?)
        })
        .await?;
        Ok(UpdateJobPriorityOutput { job_id: input.job_id, priority: input.priority })
    }
}
