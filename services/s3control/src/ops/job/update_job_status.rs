//! `UpdateJobStatus`: confirms a job that waits for it, or cancels one.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_UpdateJobStatus.html>

use platform::{Ctx, Fail, Handle, Result};
use s3control_api::{
    JobStatus, RequestedJobStatus, UpdateJobStatus, UpdateJobStatusInput, UpdateJobStatusOutput,
};

use crate::store::JOBS;
use crate::{S3Control, account, batch, error, store};

impl Handle<UpdateJobStatus> for S3Control {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: UpdateJobStatusInput,
    ) -> Result<UpdateJobStatusOutput> {
        account::check(ctx, &input.account_id)?;
        let (id, now) = (input.job_id.as_str(), ctx.now());
        let row = ctx
            .write(|tx| {
                let mut row = store::job(tx, now, id)?;
                let status = next(row.status(), input.requested_job_status)?;
                if input.status_update_reason.is_some() {
                    row.job.0.status_update_reason.clone_from(&input.status_update_reason);
                }
                match status {
                    JobStatus::Cancelled => row.end(status, now),
                    status => row.set(status),
                }
                if status == JobStatus::Ready {
                    (row.job.0.suspended_cause, row.job.0.suspended_date) = (None, None);
                }
                JOBS.put(tx, id, &row)?;
                batch::wake(tx, now)?;
                Ok::<_, Fail>(row)
            })
            .await?;
        Ok(UpdateJobStatusOutput {
            job_id: Some(input.job_id.clone()),
            status: row.job.0.status,
            status_update_reason: row.job.0.status_update_reason,
        })
    }
}

/// What becomes of a job. One that has begun tells how far it came before it is cancelled.
fn next(is: JobStatus, asked: RequestedJobStatus) -> Result<JobStatus> {
    match (asked, is) {
        (RequestedJobStatus::Ready, JobStatus::Suspended) => Ok(JobStatus::Ready),
        (
            RequestedJobStatus::Cancelled,
            JobStatus::New | JobStatus::Preparing | JobStatus::Suspended,
        ) => Ok(JobStatus::Cancelled),
        (
            RequestedJobStatus::Cancelled,
            JobStatus::Ready | JobStatus::Active | JobStatus::Cancelling,
        ) => Ok(JobStatus::Cancelling),
        _ => Err(error::job_status(format!(
            "The job cannot be moved from status {} to {}.",
            is.as_str(),
            asked.as_str()
        ))),
    }
}
