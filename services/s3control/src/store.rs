//! The tables of this room, and their keys.

use platform::{Fail, ReadTx, Result, Table, Timestamp, WriteTx};

use crate::error;
use crate::model::{Chunk, JobRow, Lines};

/// Id of a job → the job.
pub(crate) static JOBS: Table<String, JobRow> = Table::regional("s3control.jobs");
/// (job, number) → tasks that are not done yet.
pub(crate) static CHUNKS: Table<(String, u64), Chunk> = Table::regional("s3control.chunks");
/// (job, whether they failed, number of the chunk) → lines of the report on tasks that are done.
pub(crate) static LINES: Table<(String, bool, u64), Lines> = Table::regional("s3control.lines");

/// A job that may be told of.
///
/// # Errors
/// `NoSuchJob`.
pub(crate) fn job(tx: &ReadTx<'_>, now: Timestamp, id: &str) -> Result<JobRow, Fail> {
    let row = JOBS.get(tx, id)?.filter(|row| !row.is_forgotten(now));
    row.ok_or_else(error::no_such_job)
}

/// Rows of one transaction.
const BATCH: usize = 200;

/// Removes some of what a job left to do and to tell; whether there is more.
pub(crate) fn clear(tx: &WriteTx<'_>, id: &str) -> Result<bool> {
    let chunks: Vec<_> =
        CHUNKS.scan(tx).prefix(&(id,)).keys().take(BATCH).collect::<Result<_, _>>()?;
    for key in &chunks {
        CHUNKS.delete(tx, key)?;
    }
    let lines: Vec<_> =
        LINES.scan(tx).prefix(&(id,)).keys().take(BATCH).collect::<Result<_, _>>()?;
    for key in &lines {
        LINES.delete(tx, key)?;
    }
    Ok(chunks.len().max(lines.len()) == BATCH)
}
