//! Jobs of S3 Batch Operations, as rows.

use std::time::Duration;

use platform::{Row, Stored, Tags, Timestamp};
use s3control_api::{JobDescriptor, JobListDescriptor, JobOperation, JobStatus, OperationName};
use serde::{Deserialize, Serialize};

/// For so long are jobs told of after their end.
pub(crate) const KEPT: Duration = Duration::from_secs(90 * 24 * 3600);

/// A job.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct JobRow {
    /// What describes it to clients.
    pub job: Stored<JobDescriptor>,
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl Row for JobRow {}

impl JobRow {
    pub fn status(&self) -> JobStatus {
        self.job.0.status.unwrap_or_default()
    }

    /// Whether it ended so long ago that nobody is told of it any more.
    pub fn is_forgotten(&self, now: Timestamp) -> bool {
        self.job.0.termination_date.is_some_and(|end| end + KEPT <= now)
    }

    /// What a list tells of it.
    pub fn summary(self) -> JobListDescriptor {
        let job = self.job.0;
        JobListDescriptor {
            creation_time: job.creation_time,
            description: job.description,
            job_id: job.job_id,
            operation: job.operation.as_ref().and_then(name_of),
            priority: job.priority,
            progress_summary: job.progress_summary,
            status: job.status,
            termination_date: job.termination_date,
        }
    }
}

/// Which operation a job does.
pub(crate) fn name_of(operation: &JobOperation) -> Option<OperationName> {
    let named = [
        (operation.lambda_invoke.is_some(), OperationName::LambdaInvoke),
        (operation.s3_put_object_copy.is_some(), OperationName::S3PutObjectCopy),
        (operation.s3_put_object_acl.is_some(), OperationName::S3PutObjectAcl),
        (operation.s3_put_object_tagging.is_some(), OperationName::S3PutObjectTagging),
        (operation.s3_delete_object_tagging.is_some(), OperationName::S3DeleteObjectTagging),
        (operation.s3_initiate_restore_object.is_some(), OperationName::S3InitiateRestoreObject),
        (operation.s3_put_object_legal_hold.is_some(), OperationName::S3PutObjectLegalHold),
        (operation.s3_put_object_retention.is_some(), OperationName::S3PutObjectRetention),
        (operation.s3_replicate_object.is_some(), OperationName::S3ReplicateObject),
        (operation.s3_compute_object_checksum.is_some(), OperationName::S3ComputeObjectChecksum),
        (operation.s3_update_object_encryption.is_some(), OperationName::S3UpdateObjectEncryption),
    ];
    named.into_iter().find_map(|(there, name)| there.then_some(name))
}
