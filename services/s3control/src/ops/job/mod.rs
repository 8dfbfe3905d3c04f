//! Operations on jobs of S3 Batch Operations.

mod describe_job;
mod list_jobs;

use platform::ServiceBuilder;

use crate::S3Control;

pub(crate) fn register(room: ServiceBuilder<S3Control>) -> ServiceBuilder<S3Control> {
    room.op::<s3control_api::DescribeJob>().op::<s3control_api::ListJobs>()
}
