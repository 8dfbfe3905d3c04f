//! Jobs of S3 Batch Operations, as rows.

use std::time::Duration;

use platform::{Row, Stored, Tags, Timestamp};
use s3control_api::{
    JobDescriptor, JobFailure, JobListDescriptor, JobOperation, JobProgressSummary, JobStatus,
    JobTimers, OperationName,
};
use serde::{Deserialize, Serialize};

/// For so long are jobs told of after their end.
pub(crate) const KEPT: Duration = Duration::from_secs(90 * 24 * 3600);
/// A job that nobody confirms fails after so long.
pub(crate) const CONFIRMED_WITHIN: Duration = Duration::from_secs(30 * 24 * 3600);

/// A job.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct JobRow {
    /// What describes it to clients.
    pub job: Stored<JobDescriptor>,
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
    #[serde(default)]
    pub progress: Progress,
}

impl Row for JobRow {}

/// How far a job is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Progress {
    pub total: u64,
    pub succeeded: u64,
    pub failed: u64,
    pub active_millis: u64,
}

/// An object that the operation is to be done to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Task {
    pub bucket: String,
    pub key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version_id: Option<String>,
}

/// Tasks that are done together.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Chunk {
    pub tasks: Vec<Task>,
}

impl Row for Chunk {}

/// Lines of a report.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Lines {
    pub text: String,
}

impl Row for Lines {}

impl JobRow {
    pub fn status(&self) -> JobStatus {
        self.job.0.status.unwrap_or_default()
    }

    pub fn set(&mut self, status: JobStatus) {
        self.job.0.status = Some(status);
    }

    /// Whether nothing happens to it any more.
    pub fn has_ended(&self) -> bool {
        matches!(self.status(), JobStatus::Cancelled | JobStatus::Complete | JobStatus::Failed)
    }

    /// Notes its end.
    pub fn end(&mut self, status: JobStatus, now: Timestamp) {
        self.set(status);
        self.job.0.termination_date = Some(now);
    }

    /// Notes why it fails.
    pub fn blame(&mut self, code: &str, reason: &str) {
        let cut = |text: &str, most: usize| text.chars().take(most).collect::<String>();
        let failure = JobFailure {
            failure_code: Some(cut(code, 64)),
            failure_reason: Some(cut(reason, 256)),
        };
        self.job.0.failure_reasons.get_or_insert_default().push(failure);
    }

    /// Whether it ended so long ago that nobody is told of it any more.
    pub fn is_forgotten(&self, now: Timestamp) -> bool {
        self.job.0.termination_date.is_some_and(|end| end + KEPT <= now)
    }

    /// What describes it, with how far it is.
    pub fn described(self) -> JobDescriptor {
        let Progress { total, succeeded, failed, active_millis } = self.progress;
        let count = |number: u64| i64::try_from(number).ok();
        JobDescriptor {
            progress_summary: Some(JobProgressSummary {
                total_number_of_tasks: count(total),
                number_of_tasks_succeeded: count(succeeded),
                number_of_tasks_failed: count(failed),
                timers: Some(JobTimers {
                    elapsed_time_in_active_seconds: count(active_millis / 1_000),
                }),
            }),
            ..self.job.0
        }
    }

    /// What a list tells of it.
    pub fn summary(self) -> JobListDescriptor {
        let job = self.described();
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

/// The operations that a job names; it should be one.
pub(crate) fn names_of(operation: &JobOperation) -> impl Iterator<Item = OperationName> {
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
    named.into_iter().filter_map(|(there, name)| there.then_some(name))
}

/// Which operation a job does.
pub(crate) fn name_of(operation: &JobOperation) -> Option<OperationName> {
    names_of(operation).next()
}
