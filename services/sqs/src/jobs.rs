//! What happens when nobody calls: what is left of purged and deleted queues is swept, and tasks move
//! messages.

use std::sync::Arc;

use anyhow::Context;
use platform::jobs::{JobKey, schedule};
use platform::{Ctx, House, Result, Timestamp, WriteTx};

use crate::arrivals::Arrivals;
use crate::tasks;

/// Removes what is left of a queue's messages.
const SWEEP: &str = "sqs.sweep";
/// Rows of each table removed in one go.
const SWEEP_ROWS: usize = 500;

/// Registers the jobs.
pub(crate) fn register(house: &House, arrivals: &Arc<Arrivals>) {
    house.jobs.register(SWEEP, |ctx, job| async move {
        let queue = job.key.parse().context("the key is a queue's number")?;
        sweep(&ctx, queue, job.due).await
    });
    let arrivals = arrivals.clone();
    house.jobs.register(tasks::MOVE, move |ctx, job| {
        let arrivals = arrivals.clone();
        async move { tasks::step(&ctx, &job, &arrivals).await }
    });
}

/// Calls for a queue's messages to be swept, whose number nobody uses any more.
pub(crate) fn sweep_later(tx: &WriteTx<'_>, queue: u64, now: Timestamp) -> Result<()> {
    Ok(schedule(tx, &JobKey::new(SWEEP, queue.to_string()), now, Vec::new())?)
}

/// One go, and the next one if there is more: other jobs come between.
async fn sweep(ctx: &Ctx, queue: u64, due: Timestamp) -> anyhow::Result<()> {
    ctx.write(|tx| {
        if !aquifer_queue::sweep(tx, queue, SWEEP_ROWS)? {
            sweep_later(tx, queue, due)?;
        }
        Ok::<_, platform::Fail>(())
    })
    .await?;
    Ok(())
}
