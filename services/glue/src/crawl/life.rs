//! The life of a run: started, stopped, ended; and the schedule that starts it.
//!
//! A crawler is ready, running or stopping. A run is started in the transaction that schedules its
//! job, so after a crash it is either not begun or run again; the same run, under the same id.

use std::cmp::Reverse;
use std::time::Duration;

use aquifer_schedule::{Schedule, Zone};
use glue_api::{Crawler, CrawlerState, LastCrawlInfo, LastCrawlStatus, ScheduleState};
use platform::jobs::{self, Job, JobKey};
use platform::{Ctx, ReadTx, Result, Timestamp, WriteTx};

use crate::error;
use crate::store::{CRAWL_LOG, CRAWLERS, CRAWLS, Changes, CrawlRow, CrawlState, CrawlerRow, Run};

/// The kind of job that crawls; its key is the crawler, its payload the run.
pub(crate) const CRAWL: &str = "glue.crawl";
/// The kind of job that starts a crawler on schedule; its key is the crawler.
pub(crate) const SCHEDULE: &str = "glue.crawl_schedule";
/// Where AWS keeps the logs of crawlers.
pub(crate) const LOG_GROUP: &str = "/aws-glue/crawlers";

/// Runs that are remembered of each crawler.
const RUNS_MAX: usize = 500;
/// Runtimes from which the median is taken.
const RUNTIMES_MAX: usize = 20;
/// Lines removed with a run that is forgotten; no log is longer.
pub(crate) const LOG_LINES_MAX: u64 = 10_000;

/// The crawler of a name.
pub(crate) fn find(tx: &ReadTx<'_>, name: &str) -> Result<CrawlerRow> {
    CRAWLERS.get(tx, name)?.ok_or_else(|| error::no_crawler(name))
}

/// A crawler as clients read it.
pub(crate) fn view(row: CrawlerRow, now: Timestamp) -> Crawler {
    let mut crawler = row.crawler.0;
    let (state, elapsed) = match &row.run {
        None => (CrawlerState::Ready, Duration::ZERO),
        Some(run) if run.stopping => (CrawlerState::Stopping, now.since(run.started)),
        Some(run) => (CrawlerState::Running, now.since(run.started)),
    };
    crawler.state = Some(state);
    crawler.crawl_elapsed_time = i64::try_from(elapsed.as_millis()).ok();
    crawler
}

/// Starts a run.
pub(crate) fn start(tx: &WriteTx<'_>, ctx: &Ctx, name: &str) -> Result<()> {
    let mut row = find(tx, name)?;
    if row.run.is_some() {
        return Err(error::crawler_running(name));
    }
    let (id, started) = (ctx.ids().uuid(), ctx.now());
    let crawl = CrawlRow {
        id: id.clone(),
        state: CrawlState::Running,
        ended: None,
        error: None,
        dpu_seconds: 0.0,
        changes: Changes::default(),
        unread: Vec::new(),
    };
    CRAWLS.put(tx, &(row.id, Reverse(started)), &crawl)?;
    jobs::schedule(tx, &JobKey::new(CRAWL, name), started, id.clone().into_bytes())?;
    row.run = Some(Run { id, started, stopping: false, cancelled: false });
    Ok(CRAWLERS.put(tx, name, &row)?)
}

/// Asks a run to stop.
pub(crate) fn stop(tx: &WriteTx<'_>, name: &str) -> Result<()> {
    let mut row = find(tx, name)?;
    let Some(run) = &mut row.run else { return Err(error::crawler_not_running(name)) };
    if run.stopping {
        return Err(error::crawler_stopping(name));
    }
    run.stopping = true;
    run.cancelled = true;
    Ok(CRAWLERS.put(tx, name, &row)?)
}

/// Whether a run is to go on: it is still the crawler's and nobody asked it to stop.
pub(crate) fn goes_on(ctx: &Ctx, name: &str, id: &str) -> Result<bool> {
    let row = ctx.read(|tx| CRAWLERS.get(tx, name))?;
    Ok(row.and_then(|row| row.run).is_some_and(|run| run.id == id && !run.cancelled))
}

/// A run has seen everything and writes; from here on it is not stopped. Answers false if it was
/// stopped before.
pub(crate) async fn begin_writing(ctx: &Ctx, name: &str, id: &str) -> Result<bool> {
    ctx.write(|tx| {
        let Some(mut row) = CRAWLERS.get(tx, name)? else { return Ok(false) };
        match &mut row.run {
            Some(run) if run.id == id && !run.cancelled => run.stopping = true,
            _ => return Ok(false),
        }
        CRAWLERS.put(tx, name, &row)?;
        Ok(true)
    })
    .await
}

/// How a run ended.
pub(crate) struct End {
    pub state: CrawlState,
    pub error: Option<String>,
    pub changes: Changes,
    pub seconds: f64,
    pub dpu_seconds: f64,
    pub unread: Vec<String>,
}

/// Ends a run. Ending it again changes nothing.
pub(crate) fn finish(
    tx: &WriteTx<'_>,
    name: &str,
    id: &str,
    now: Timestamp,
    end: End,
) -> Result<()> {
    let Some(mut row) = CRAWLERS.get(tx, name)? else { return Ok(()) };
    let Some(run) = row.run.take_if(|run| run.id == id) else { return Ok(()) };
    let status = match end.state {
        CrawlState::Stopped => LastCrawlStatus::Cancelled,
        CrawlState::Failed => LastCrawlStatus::Failed,
        CrawlState::Completed | CrawlState::Running => LastCrawlStatus::Succeeded,
    };
    row.crawler.0.last_crawl = Some(LastCrawlInfo {
        status: Some(status),
        error_message: end.error.clone(),
        log_group: Some(LOG_GROUP.to_owned()),
        log_stream: Some(name.to_owned()),
        message_prefix: Some(id.to_owned()),
        start_time: Some(run.started),
    });
    row.runtimes.push(end.seconds);
    let old = row.runtimes.len().saturating_sub(RUNTIMES_MAX);
    row.runtimes.drain(..old);
    row.changes = end.changes;
    row.listed |= end.state == CrawlState::Completed;
    let crawl = CrawlRow {
        id: id.to_owned(),
        state: end.state,
        ended: Some(now),
        error: end.error,
        dpu_seconds: end.dpu_seconds,
        changes: end.changes,
        unread: end.unread,
    };
    CRAWLS.put(tx, &(row.id, Reverse(run.started)), &crawl)?;
    let oldest = CRAWLS.scan(tx).prefix(&(row.id,)).nth(RUNS_MAX).transpose()?;
    if let Some((key, crawl)) = oldest {
        CRAWLS.delete(tx, &key)?;
        CRAWL_LOG.delete_prefix(tx, &(crawl.id,))?;
    }
    Ok(CRAWLERS.put(tx, name, &row)?)
}

/// Reads a crawler's schedule: crawlers take cron expressions only.
pub(crate) fn read_schedule(text: &str) -> Result<Schedule> {
    let invalid = |why: &dyn std::fmt::Display| {
        error::invalid(format!("Schedule expression {text} is invalid: {why}"))
    };
    if !text.starts_with("cron(") {
        return Err(invalid(&"a crawler's schedule reads cron(...)"));
    }
    Schedule::parse(text, Zone::UTC).map_err(|why| invalid(&why))
}

/// Gives a crawler a schedule, under way at once; an empty one takes it away.
pub(crate) fn set_schedule(
    tx: &WriteTx<'_>,
    row: &mut CrawlerRow,
    now: Timestamp,
    text: &str,
) -> Result<()> {
    if text.is_empty() {
        row.crawler.0.schedule = None;
        return stop_schedule(tx, row);
    }
    read_schedule(text)?;
    row.crawler.0.schedule = Some(glue_api::Schedule {
        schedule_expression: Some(text.to_owned()),
        state: Some(ScheduleState::Scheduled),
    });
    plan_next(tx, row, now)
}

/// Lets the schedule rest.
pub(crate) fn stop_schedule(tx: &WriteTx<'_>, row: &mut CrawlerRow) -> Result<()> {
    if let Some(schedule) = &mut row.crawler.0.schedule {
        schedule.state = Some(ScheduleState::NotScheduled);
    }
    jobs::cancel(tx, &JobKey::new(SCHEDULE, name_of(row)))?;
    Ok(())
}

/// Plans the next run after a time, if the schedule is under way.
pub(crate) fn plan_next(tx: &WriteTx<'_>, row: &CrawlerRow, after: Timestamp) -> Result<()> {
    let Some(schedule) = &row.crawler.0.schedule else { return Ok(()) };
    if schedule.state != Some(ScheduleState::Scheduled) {
        return Ok(());
    }
    let text = schedule.schedule_expression.as_deref().unwrap_or_default();
    let after = after.as_micros();
    if let Some(due) = read_schedule(text)?.next_after(after, after) {
        let job = JobKey::new(SCHEDULE, name_of(row));
        jobs::schedule(tx, &job, Timestamp::from_micros(due), Vec::new())?;
    }
    Ok(())
}

fn name_of(row: &CrawlerRow) -> &str {
    row.crawler.0.name.as_deref().unwrap_or_default()
}

/// The schedule's job: starts the crawler, unless the last run is still under way, and plans the
/// next time. Both in one transaction, so each due time counts once.
pub(crate) async fn on_schedule(ctx: Ctx, job: Job) -> anyhow::Result<()> {
    ctx.write(|tx| {
        let Some(row) = CRAWLERS.get(tx, job.key.as_str())? else { return Ok(()) };
        let state = row.crawler.0.schedule.as_ref().and_then(|schedule| schedule.state);
        if state != Some(ScheduleState::Scheduled) {
            return Ok(());
        }
        if row.run.is_none() {
            start(tx, &ctx, &job.key)?;
        }
        plan_next(tx, &row, job.due)
    })
    .await?;
    Ok(())
}
