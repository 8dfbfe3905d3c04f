//! What happens when nobody calls: queries grow too old to be remembered, and those that an ended
//! process left unfinished are run again or failed.

use std::sync::Arc;

use platform::jobs::{JobKey, schedule, state};
use platform::{Ctx, House, Result, StoreError, Timestamp, WriteTx};

use crate::failure::Failure;
use crate::model::State;
use crate::queue::Live;
use crate::{Core, run, store};

/// Removes old queries; due when the oldest one becomes too old.
const HISTORY: &str = "athena.history";
/// Runs a query of an ended process again.
const RESUME: &str = "athena.resume";
/// Rows of one transaction.
const BATCH: usize = 500;

pub(crate) fn register(house: &House, core: &Arc<Core>) {
    house.jobs.register(HISTORY, |ctx, _| async move { Ok(forget(&ctx).await?) });
    let core = core.clone();
    house.jobs.register(RESUME, move |ctx, job| {
        let core = core.clone();
        async move {
            let found = ctx.read(|tx| store::execution(tx, ctx.now(), &job.key));
            // Removed meanwhile, or ended: nothing is left to do.
            if let Ok(row) = found
                && !row.is_finished()
                && core.queue.find(ctx.scope(), &job.key).is_none()
            {
                let live = Live::new(ctx.scope().clone(), job.key, row, ctx.shutdown_token());
                core.queue.enter(Arc::new(live));
                run::start_waiting(&core, ctx.parts());
            }
            Ok(())
        }
    });
}

/// Sees to it that the history is cleared when it is time.
pub(crate) fn expect_old_age(tx: &WriteTx<'_>, submitted: Timestamp) -> Result<(), StoreError> {
    let job = JobKey::new(HISTORY, "");
    if state(tx, &job)?.is_none() {
        schedule(tx, &job, submitted + store::HISTORY, Vec::new())?;
    }
    Ok(())
}

async fn forget(ctx: &Ctx) -> Result<(), StoreError> {
    loop {
        let now = ctx.now();
        let more = ctx.write(|tx| {
            let more = store::forget_old(tx, now, BATCH)? == BATCH;
            if let Some(oldest) = store::oldest(tx)?.filter(|_| !more) {
                schedule(tx, &JobKey::new(HISTORY, ""), oldest + store::HISTORY, Vec::new())?;
            }
            Ok::<_, StoreError>(more)
        });
        if !more.await? {
            return Ok(());
        }
    }
}

/// Settles what an ended process left: which queries those are is read before any new one starts.
///
/// # Errors
/// When the rows cannot be read.
pub(crate) fn recover(house: &House) -> anyhow::Result<()> {
    let scope = platform::Scope::default();
    let left = house.parts.store().read(&scope, store::unfinished)?;
    if left.is_empty() {
        return Ok(());
    }
    let parts = house.parts.clone();
    house.parts.spawn("athena: queries left unfinished", async move {
        for (scope, id) in left {
            let now = parts.clock().now();
            let settled = parts.store().write(&scope, |tx| settle(tx, now, &id)).await;
            if let Err(error) = settled {
                tracing::error!(%error, query = id, "a query left unfinished cannot be settled");
            }
        }
    });
    Ok(())
}

fn settle(tx: &WriteTx<'_>, now: Timestamp, id: &str) -> Result<(), StoreError> {
    let Ok(mut row) = store::execution(tx, now, id) else {
        return store::no_longer_unfinished(tx, id);
    };
    if row.is_finished() {
        return store::no_longer_unfinished(tx, id);
    }
    if row.only_reads {
        return schedule(tx, &JobKey::new(RESUME, id), now, Vec::new());
    }
    let failure = Failure::interrupted();
    row.state = State::Failed;
    row.completed = Some(now);
    row.reason = Some(failure.reason.clone());
    row.failure = Some(failure);
    store::finish(tx, id, &row).map(drop)
}
