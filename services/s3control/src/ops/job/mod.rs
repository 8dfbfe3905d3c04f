//! Operations on jobs of S3 Batch Operations.

mod create_job;
mod delete_job_tagging;
mod describe_job;
mod get_job_tagging;
mod list_jobs;
mod put_job_tagging;
mod update_job_priority;
mod update_job_status;

use platform::ServiceBuilder;

use crate::S3Control;

pub(crate) fn register(room: ServiceBuilder<S3Control>) -> ServiceBuilder<S3Control> {
    room.op::<s3control_api::CreateJob>()
        .op::<s3control_api::DeleteJobTagging>()
        .op::<s3control_api::DescribeJob>()
        .op::<s3control_api::GetJobTagging>()
        .op::<s3control_api::ListJobs>()
        .op::<s3control_api::PutJobTagging>()
        .op::<s3control_api::UpdateJobPriority>()
        .op::<s3control_api::UpdateJobStatus>()
}
