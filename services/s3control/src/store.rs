//! The tables of this room, and their keys.

use platform::{Fail, ReadTx, Table, Timestamp};

use crate::error;
use crate::model::JobRow;

/// Id of a job → the job.
pub(crate) static JOBS: Table<String, JobRow> = Table::regional("s3control.jobs");

/// A job that may be told of.
///
/// # Errors
/// `NoSuchJob`.
pub(crate) fn job(tx: &ReadTx<'_>, now: Timestamp, id: &str) -> Result<JobRow, Fail> {
    let row = JOBS.get(tx, id)?.filter(|row| !row.is_forgotten(now));
    row.ok_or_else(error::no_such_job)
}
