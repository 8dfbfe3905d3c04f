//! What happens when nobody calls: queries grow too old to be remembered, and those that an ended
//! process left unfinished are run again, or undone and failed.

use std::sync::Arc;

use platform::jobs::{JobKey, schedule, state};
use platform::{Ctx, House, Result, StoreError, Timestamp, WriteTx};

use crate::failure::Failure;
use crate::model::{Execution, State, Writing};
use crate::queue::Live;
use crate::undo::Undone;
use crate::{Core, run, store, undo};

/// Removes old queries; due when the oldest one becomes too old.
const HISTORY: &str = "athena.history";
/// Runs a query of an ended process again.
const RESUME: &str = "athena.resume";
/// Removes what a statement wrote and did not complete.
const UNDO: &str = "athena.undo";
/// So often the removal is tried before the query is said to have left something.
const UNDO_TRIES: u32 = 5;
/// Rows of one transaction.
const BATCH: usize = 500;

pub(crate) fn register(house: &House, core: &Arc<Core>) {
    house.jobs.register(HISTORY, |ctx, _| async move { Ok(forget(&ctx).await?) });
    house.jobs.register_long(UNDO, |ctx, job| async move {
        let Some(writing) = ctx.read(|tx| store::writing(tx, &job.key))? else { return Ok(()) };
        undo_writing(&ctx, &job.key, &writing, job.failures).await
    });
    let core = core.clone();
    house.jobs.register(RESUME, move |ctx, job| {
        let core = core.clone();
        async move {
            let found = || ctx.read(|tx| store::execution(tx, ctx.now(), &job.key));
            if let Ok(row) = found().as_ref() {
                let session = row.session.clone();
                let own = run::acting(ctx.parts(), ctx.scope(), row.caller.clone(), session);
                undo::abandon_result(&own, row).await;
            }
            // Removed meanwhile, or ended: nothing is left to do.
            if let Ok(row) = found()
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
    let left = house.parts.store().read(&scope, |tx| {
        let mut left = store::unfinished(tx)?;
        left.extend(store::all_writing(tx)?);
        Ok::<_, StoreError>(left)
    })?;
    if left.is_empty() {
        return Ok(());
    }
    let left = std::collections::BTreeSet::from_iter(left);
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
    if store::writing(tx, id)?.is_some() {
        // Its end is told when nothing of it is left.
        return undo_later(tx, now, id);
    }
    let Ok(mut row) = store::execution(tx, now, id) else {
        return store::no_longer_unfinished(tx, id);
    };
    if row.is_finished() {
        return store::no_longer_unfinished(tx, id);
    }
    if row.only_reads {
        return schedule(tx, &JobKey::new(RESUME, id), now, Vec::new());
    }
    fail(&mut row, now, Failure::interrupted());
    store::finish(tx, id, &row).map(drop)
}

fn fail(row: &mut Execution, now: Timestamp, failure: Failure) {
    row.state = State::Failed;
    row.completed = Some(now);
    row.reason = Some(failure.reason.clone());
    row.failure = Some(failure);
}

/// Sees to it that what a statement wrote goes.
pub(crate) fn undo_later(tx: &WriteTx<'_>, now: Timestamp, id: &str) -> Result<(), StoreError> {
    schedule(tx, &JobKey::new(UNDO, id), now, Vec::new())
}

async fn undo_writing(ctx: &Ctx, id: &str, writing: &Writing, failures: u32) -> anyhow::Result<()> {
    let session = writing.session.clone();
    let own = run::acting(ctx.parts(), ctx.scope(), writing.caller.clone(), session);
    let failure = match undo::undo(&own, id, writing).await {
        Ok(Undone::Gone) => Some(Failure::interrupted()),
        // It is done; only that could not be told.
        Ok(Undone::Committed) => None,
        Err(fail) if !fail.is_sender() && failures < UNDO_TRIES => return Err(fail.into()),
        Err(fail) => {
            tracing::warn!(%fail, query = id, "what an interrupted query wrote was left behind");
            Some(Failure::half_done(&writing.location, &fail))
        }
    };
    let now = ctx.now();
    let told = ctx.write(|tx| {
        store::end_writing(tx, id)?;
        match store::execution(tx, now, id) {
            Ok(mut row) if !row.is_finished() => {
                match failure {
                    Some(failure) => fail(&mut row, now, failure),
                    None => (row.state, row.completed) = (State::Succeeded, Some(now)),
                }
                store::finish(tx, id, &row).map(drop)
            }
            _ => store::no_longer_unfinished(tx, id),
        }
    });
    Ok(told.await?)
}
