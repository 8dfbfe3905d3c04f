//! Jobs of S3 Batch Operations: an operation done to every object of a list.
//!
//! A job is prepared first: its manifest is read, or generated, into chunks of tasks. Then chunks
//! are done one after another, each with its results written down in the transaction that removes
//! it; after a crash the chunk that was under way is done once more. At the end stands the report.
//!
//! One runner per account and region takes a chunk at a time from whichever job has the highest
//! priority, so that an urgent job overtakes those that run.
//!
//! `check` refuses what cannot be done, `manifest` and `generate` make the tasks, `output` keeps what
//! was generated, `task` does one with what `inputs` makes of the job, `report` tells of all, `run`
//! is the runner.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops.html>

pub(crate) mod check;
mod csv;
mod generate;
mod inputs;
mod invocation;
mod manifest;
mod output;
mod prepare;
mod report;
mod run;
mod task;

use platform::jobs::{JobKey, schedule};
use platform::{House, Result, Timestamp, WriteTx};

/// Does what the jobs of an account and region have to do.
const RUN: &str = "s3control.run";
/// Gives up a job that nobody confirmed.
const UNCONFIRMED: &str = "s3control.unconfirmed";

/// Registers the runner.
pub(crate) fn register(house: &House) {
    house.jobs.register_long(RUN, |ctx, _| async move { run::run(&ctx).await });
    house.jobs.register(UNCONFIRMED, |ctx, job| async move {
        Ok(run::give_up_unconfirmed(&ctx, &job.key).await?)
    });
}

/// Wakes the runner: there is something to do.
pub(crate) fn wake(tx: &WriteTx<'_>, now: Timestamp) -> Result<()> {
    Ok(schedule(tx, &JobKey::new(RUN, ""), now, Vec::new())?)
}

fn wait_for_confirmation(tx: &WriteTx<'_>, id: &str, until: Timestamp) -> Result<()> {
    Ok(schedule(tx, &JobKey::new(UNCONFIRMED, id), until, Vec::new())?)
}
