//! The runner: a piece of work at a time, of the job that is most urgent.

use futures::{StreamExt, stream};
use platform::{Ctx, Fail, Result};
use s3control_api::{JobReportScope, JobStatus};

use super::prepare::{self, Stop};
use super::{report, task};
use crate::model::{Chunk, JobRow, Lines};
use crate::session;
use crate::store::{self, CHUNKS, JOBS, LINES};

/// Tasks done at once.
const AT_ONCE: usize = 16;
/// A job of which more than half of so many tasks fail is given up.
const JUDGED_AFTER: u64 = 1_000;

/// Works until there is nothing to do.
pub(super) async fn run(ctx: &Ctx) -> anyhow::Result<()> {
    while let Some((id, row)) = next(ctx)? {
        anyhow::ensure!(!ctx.shutdown_token().is_cancelled(), "the server is stopping");
        match step(ctx, &id, row).await {
            Ok(()) => {}
            Err(Stop::Failed(code, reason)) => {
                update(ctx, &id, |row| {
                    row.blame(&code, &reason);
                    row.end(JobStatus::Failed, ctx.now());
                })
                .await?;
                while ctx.write(|tx| store::clear(tx, &id)).await? {}
            }
            Err(Stop::Again(error)) => return Err(error),
        }
    }
    forget_old(ctx).await?;
    Ok(())
}

/// The job with the highest priority that has something to do; of several the oldest.
fn next(ctx: &Ctx) -> Result<Option<(String, JobRow)>, Fail> {
    ctx.read(|tx| {
        let mut first: Option<(String, JobRow)> = None;
        let urgency = |row: &JobRow| {
            let job = &row.job.0;
            (std::cmp::Reverse(job.priority.unwrap_or(0)), job.creation_time)
        };
        for row in JOBS.scan(tx) {
            let (id, row) = row?;
            let idle = row.has_ended() || row.status() == JobStatus::Suspended;
            if !idle && first.as_ref().is_none_or(|(_, best)| urgency(&row) < urgency(best)) {
                first = Some((id, row));
            }
        }
        Ok(first)
    })
}

async fn update(ctx: &Ctx, id: &str, change: impl FnOnce(&mut JobRow)) -> Result<(), Fail> {
    ctx.write(|tx| {
        let Some(mut row) = JOBS.get(tx, id)? else { return Ok(()) };
        change(&mut row);
        Ok(JOBS.put(tx, id, &row)?)
    })
    .await
}

/// Does the next piece of a job's work.
async fn step(ctx: &Ctx, id: &str, row: JobRow) -> Result<(), Stop> {
    let role = session::of(ctx, row.job.0.role_arn.as_deref().unwrap_or_default(), id).await?;
    match row.status() {
        JobStatus::New | JobStatus::Preparing => {
            update(ctx, id, |row| {
                if row.status() == JobStatus::New {
                    row.set(JobStatus::Preparing);
                }
            })
            .await?;
            prepare::prepare(ctx, &role, id, &row).await
        }
        JobStatus::Ready | JobStatus::Active => work(ctx, &role, id, &row).await,
        _ => finish(ctx, &role, id, &row).await,
    }
}

/// Does a chunk of tasks, and writes down how they went.
async fn work(ctx: &Ctx, role: &Ctx, id: &str, row: &JobRow) -> Result<(), Stop> {
    let chunk =
        ctx.read(|tx| CHUNKS.scan(tx).prefix(&(id,)).next().transpose()).map_err(Fail::from)?;
    let Some(((_, number), Chunk { tasks })) = chunk else {
        return Ok(update(ctx, id, |row| go_on(row, JobStatus::Completing)).await?);
    };
    if row.status() == JobStatus::Ready {
        update(ctx, id, |row| go_on(row, JobStatus::Active)).await?;
    }
    let began = ctx.now();
    let operation = row.job.0.operation.clone().unwrap_or_default();
    let doing: Vec<_> = tasks.iter().map(|task| task::run(role, id, &operation, task)).collect();
    let outcomes: Vec<Result<String>> = stream::iter(doing).buffered(AT_ONCE).collect().await;
    let told = row.job.0.report.as_ref().filter(|report| report.enabled);
    let all = told.is_some_and(|told| told.report_scope == Some(JobReportScope::AllTasks));
    let (mut good, mut bad, mut failed) = (String::new(), String::new(), 0);
    for (task, outcome) in tasks.iter().zip(&outcomes) {
        failed += u64::from(outcome.is_err());
        let lines = if outcome.is_ok() { &mut good } else { &mut bad };
        if told.is_some() && (all || outcome.is_err()) {
            report::line(task, outcome, lines);
        }
    }
    let took = ctx.now().since(began).as_millis();
    ctx.write(|tx| {
        CHUNKS.delete(tx, &(id, number))?;
        for (failed, text) in [(false, good), (true, bad)] {
            if !text.is_empty() {
                LINES.put(tx, &(id, failed, number), &Lines { text })?;
            }
        }
        let Some(mut row) = JOBS.get(tx, id)? else { return Ok(()) };
        row.progress.succeeded += outcomes.len() as u64 - failed;
        row.progress.failed += failed;
        row.progress.active_millis += u64::try_from(took).unwrap_or(0);
        let done = row.progress.succeeded + row.progress.failed;
        if done >= JUDGED_AFTER && row.progress.failed * 2 > done {
            row.blame("FailureRateExceeded", "More than half of the job's tasks failed.");
            go_on(&mut row, JobStatus::Failing);
        }
        Ok::<_, Fail>(JOBS.put(tx, id, &row)?)
    })
    .await?;
    Ok(())
}

/// Moves a job on, unless it is being cancelled.
fn go_on(row: &mut JobRow, status: JobStatus) {
    if matches!(row.status(), JobStatus::Ready | JobStatus::Active) {
        row.set(status);
    }
}

/// Tells how it went, and ends the job.
async fn finish(ctx: &Ctx, role: &Ctx, id: &str, row: &JobRow) -> Result<(), Stop> {
    if let Some(told) = row.job.0.report.as_ref().filter(|report| report.enabled) {
        report::write(ctx, role, id, told).await?;
    }
    let end = match row.status() {
        JobStatus::Cancelling => JobStatus::Cancelled,
        JobStatus::Failing => JobStatus::Failed,
        _ => JobStatus::Complete,
    };
    update(ctx, id, |row| row.end(end, ctx.now())).await?;
    while ctx.write(|tx| store::clear(tx, id)).await? {}
    Ok(())
}

/// A job that was not confirmed in time fails.
pub(super) async fn give_up_unconfirmed(ctx: &Ctx, id: &str) -> Result<()> {
    update(ctx, id, |row| {
        if row.status() == JobStatus::Suspended {
            row.blame("ConfirmationTimeout", "The job was not confirmed within 30 days.");
            row.end(JobStatus::Failed, ctx.now());
        }
    })
    .await
}

/// Removes jobs that ended long ago.
async fn forget_old(ctx: &Ctx) -> Result<(), Fail> {
    let now = ctx.now();
    let old: Vec<String> = ctx.read(|tx| {
        let rows = JOBS.scan(tx).filter_map(|row| match row {
            Ok((id, row)) => row.is_forgotten(now).then_some(Ok(id)),
            Err(error) => Some(Err(error)),
        });
        rows.collect::<Result<_, _>>()
    })?;
    for id in old {
        while ctx.write(|tx| store::clear(tx, &id)).await? {}
        ctx.write(|tx| JOBS.delete(tx, id.as_str())).await?;
    }
    Ok(())
}
