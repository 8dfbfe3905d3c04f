//! A crawl: list, open, group, write.
//!
//! `list` walks a target and opens its files (`look`) into a `tree`; `group` tells tables from
//! partitions; `apply` writes them, described as AWS describes them (`describe`). `life` starts,
//! stops and schedules; `definition` is what a crawler was told. Grouping, naming and patterns are
//! pure; only `list`, `look`, `apply` and `life` touch the world.
//!
//! What the files are is told from the first MiB of each.

mod apply;
pub(crate) mod classifier;
pub(crate) mod definition;
mod describe;
mod events;
mod glob;
mod group;
mod json_path;
mod lake;
pub(crate) mod life;
mod list;
mod log;
mod logs;
mod look;
mod name;
pub(crate) mod session;
mod targets;
mod tree;
mod unread;

use std::collections::BTreeSet;
use std::sync::Arc;

use glue_api::UpdateBehavior;
use platform::jobs::Job;
use platform::{Ctx, Fail, Principal, Result, Unit};

use self::apply::Scribe;
use self::definition::{Plan, Target};
use self::group::{Found, Rules};
use self::lake::LakeTable;
use self::life::End;
use self::log::Log;
use self::look::Classifier;
use self::tree::Alike;
use self::unread::Unread;
use crate::store::{CRAWLERS, Changes, CrawlState, CrawlerRow, FOLDERS, LogLevel};

/// Data processing units a crawler runs with.
const DPU: f64 = 2.0;
/// A run that makes its job fail this often is given up.
const FAILURES_MAX: u32 = 10;
/// Folders noted in one transaction.
const FOLDERS_BATCH: usize = 500;

/// Why a run ends before its time.
enum Stop {
    /// A client asked for it.
    Cancelled,
    /// The server is stopping; the run starts over with it.
    Shutdown,
    /// It cannot go on.
    Failed(String),
}

impl From<Fail> for Stop {
    fn from(fail: Fail) -> Stop {
        let cause = fail.cause().map(|cause| format!("{cause:#}"));
        Stop::Failed(cause.unwrap_or_else(|| format!("{}: {}", fail.code(), fail.message())))
    }
}

/// What a run works with.
struct Run<'a> {
    /// Of the crawler's account, acting as its role.
    ctx: &'a Ctx,
    id: &'a str,
    crawler: u64,
    plan: &'a Plan,
    classifiers: Arc<Vec<Classifier>>,
    /// Whether an earlier run has looked at everything.
    listed: bool,
}

impl Run<'_> {
    /// Refuses to go on when nobody wants the run any more.
    fn check(&self) -> Result<(), Stop> {
        if self.ctx.shutdown_token().is_cancelled() {
            return Err(Stop::Shutdown);
        }
        match life::goes_on(self.ctx, &self.plan.name, self.id)? {
            true => Ok(()),
            false => Err(Stop::Cancelled),
        }
    }

    fn rules(&self, target: &Target) -> Result<Rules> {
        let settings = &self.plan.settings;
        let is_table = target.table.is_some();
        Ok(Rules {
            alike: Alike { combine: settings.combine() || is_table },
            table_level: if is_table { Some(target.level()) } else { settings.table_level() },
            target_level: target.level(),
            known: apply::known_folders(self.ctx, self.plan, target)?,
        })
    }
}

/// The context of work that a role is given for.
///
/// # Errors
/// When the role cannot be had.
pub(crate) async fn session_of(ctx: &Ctx, role: &str) -> Result<Ctx> {
    let service = Principal::service(glue_api::SERVICE.principal);
    let ctx = ctx.with_operation(glue_api::SERVICE.name, "UpdateTable").with_caller(service);
    session::of(&ctx, role).await.map_err(|stop| {
        let why = match stop {
            Stop::Failed(why) => why,
            Stop::Cancelled | Stop::Shutdown => "The run was stopped.".to_owned(),
        };
        glue_api::error::access_denied_exception(why)
    })
}

/// The job that crawls.
///
/// # Errors
/// If the run must be tried again: the server is stopping, or the store failed.
pub(crate) async fn run(ctx: Ctx, job: Job) -> anyhow::Result<()> {
    let (name, id) = (job.key.as_str(), String::from_utf8(job.payload)?);
    let row = ctx.read(|tx| CRAWLERS.get(tx, name))?;
    let Some(row) = row.filter(|row| row.run.as_ref().is_some_and(|run| run.id == id)) else {
        return Ok(());
    };
    let ctx = ctx
        .with_operation(glue_api::SERVICE.name, "StartCrawler")
        .with_caller(Principal::service(glue_api::SERVICE.principal));
    // Machine time is what is charged for; the virtual clock may be turned meanwhile.
    let began = ctx.clock().real_now();
    let mut log = Log::begin(&ctx, name, &id).await?;
    log.line(&ctx, LogLevel::Benchmark, format!("Running Start Crawl for Crawler {name}"));
    let mut changes = Changes::default();
    let outcome = if job.failures >= FAILURES_MAX {
        Err(Stop::Failed("Internal Service Exception".to_owned()))
    } else {
        follow(&ctx, &row, &id, &mut log, &mut changes).await
    };
    let (state, error) = match outcome {
        Ok(()) => (CrawlState::Completed, None),
        Err(Stop::Cancelled) => (CrawlState::Stopped, None),
        Err(Stop::Failed(why)) => (CrawlState::Failed, Some(why)),
        Err(Stop::Shutdown) => anyhow::bail!("the server is stopping"),
    };
    if let Some(why) = &error {
        log.line(&ctx, LogLevel::Error, why.clone());
    }
    log.line(&ctx, LogLevel::Benchmark, "Crawler has finished running and is in state READY");
    log.write(&ctx).await?;
    let seconds = ctx.clock().real_now().since(began).as_secs_f64();
    let (now, unread) = (ctx.now(), std::mem::take(&mut log.unread));
    let dpu_seconds = seconds * DPU;
    let end = End { state, error, changes, seconds, dpu_seconds, unread };
    ctx.write(|tx| life::finish(tx, name, &id, now, end)).await?;
    ctx.meter(Unit::DpuSeconds, dpu_seconds, name);
    Ok(())
}

/// Reads the definition and follows it.
async fn follow(
    ctx: &Ctx,
    row: &CrawlerRow,
    id: &str,
    log: &mut Log,
    changes: &mut Changes,
) -> Result<(), Stop> {
    let mut plan = Plan::of(&row.crawler.0)?;
    plan.targets.extend(targets::of_catalog(ctx, &plan.catalog)?);
    let classifiers = Arc::new(classifier::load(ctx, &plan.classifiers)?);
    let ctx = &session::of(ctx, &plan.role).await?;
    let run = Run { ctx, id, crawler: row.id, plan: &plan, classifiers, listed: row.listed };
    crawl(&run, log, changes).await
}

/// Looks at every target, then writes.
async fn crawl(run: &Run<'_>, log: &mut Log, changes: &mut Changes) -> Result<(), Stop> {
    let (ctx, plan) = (run.ctx, run.plan);
    let mut found: Vec<(usize, Vec<Found>)> = Vec::new();
    let (mut folders, mut unread) = (Vec::new(), Unread::default());
    let mut notices = Vec::new();
    for (at, target) in plan.targets.iter().enumerate() {
        let rules = run.rules(target)?;
        let mut listed = if plan.event_mode && run.listed {
            let told = events::take(ctx, target, log).await?;
            let listed = list::folders(run, target, &told.folders, rules.alike, log).await?;
            unread.all_but(&target.url(), told.folders.clone());
            notices.push(told);
            listed
        } else {
            list::target(run, target, rules.alike, log).await?
        };
        let mut tables = group::tables(&listed.tree.root, &rules);
        if let [table] = tables.as_mut_slice()
            && listed.is_object
        {
            table.file = target.path.rsplit('/').next().map(str::to_owned);
        }
        log.line(
            ctx,
            LogLevel::Info,
            format!("Found {} tables under {}", tables.len(), target.url()),
        );
        folders.append(&mut listed.new_folders);
        unread.append(listed.unread);
        found.push((at, tables));
    }
    let lakes = lake::tables(run, log, &mut unread).await?;
    let count = found.iter().map(|(_, tables)| tables.len()).sum::<usize>() + lakes.len();
    if let Some(most) = plan.settings.table_threshold()
        && count > most
    {
        return Err(Stop::Failed(format!(
            "The number of tables found, {count}, exceeds the table threshold of {most}."
        )));
    }
    if log.unread_count > 0 {
        let message = format!("{} files could not be read", log.unread_count);
        log.line(ctx, LogLevel::Warn, message);
    }
    log.line(
        ctx,
        LogLevel::Benchmark,
        format!("Classification complete, writing results to database {}", plan.database),
    );
    log.write(ctx).await?;
    if !life::begin_writing(ctx, &plan.name, run.id).await? {
        return Err(Stop::Cancelled);
    }
    for database in databases(plan) {
        write(run, log, changes, &found, &unread, &database).await?;
    }
    write_lakes(run, log, changes, lakes, &unread).await?;
    for told in notices {
        told.done(ctx).await?;
    }
    // A folder that was not read is new to the next run still.
    folders.retain(|folder| !unread.is_in(folder));
    remember_folders(run, &folders).await?;
    log.line(ctx, LogLevel::Benchmark, "Finished writing to Catalog".to_owned());
    Ok(())
}

/// The databases that tables are written to: the crawler's, and those of tables that are its targets.
fn databases(plan: &Plan) -> BTreeSet<String> {
    let of = |target: &Target| match &target.table {
        Some((database, _)) => database.clone(),
        None => plan.database.clone(),
    };
    plan.targets.iter().map(of).collect()
}

async fn write(
    run: &Run<'_>,
    log: &mut Log,
    changes: &mut Changes,
    found: &[(usize, Vec<Found>)],
    unread: &Unread,
    database: &str,
) -> Result<(), Stop> {
    let (ctx, plan) = (run.ctx, &Plan { database: database.to_owned(), ..run.plan.clone() });
    let mut scribe = Scribe::begin(ctx, plan, log, unread).await?;
    let mut written = Ok(());
    let is_there = |target: &Target| target.table.as_ref().is_none_or(|(own, _)| own == database);
    let tables: Vec<(usize, &Found)> = found.iter().flat_map(each_table).collect();
    for (at, table) in tables.into_iter().filter(|(at, _)| is_there(&plan.targets[*at])) {
        if ctx.shutdown_token().is_cancelled() {
            return Err(Stop::Shutdown);
        }
        written = scribe.table(&plan.targets[at], table).await;
        if written.is_err() {
            break;
        }
    }
    if written.is_ok() && plan.event_mode {
        written = scribe.recheck().await;
    }
    if written.is_ok() && !plan.new_folders_only && plan.catalog.is_empty() {
        written = scribe.forget_tables(&plan.targets).await;
    }
    changes.add(scribe.changes);
    Ok(written?)
}

async fn write_lakes(
    run: &Run<'_>,
    log: &mut Log,
    changes: &mut Changes,
    found: Vec<LakeTable>,
    unread: &Unread,
) -> Result<(), Stop> {
    if run.plan.lakes.is_empty() {
        return Ok(());
    }
    let mut scribe = Scribe::begin(run.ctx, run.plan, log, unread).await?;
    let mut written = Ok(());
    for table in found {
        if run.ctx.shutdown_token().is_cancelled() {
            return Err(Stop::Shutdown);
        }
        written = scribe.lake(table).await;
        if written.is_err() {
            break;
        }
    }
    if written.is_ok() {
        let targets: Vec<Target> = run.plan.lakes.iter().map(|lake| lake.target.clone()).collect();
        written = scribe.forget_tables(&targets).await;
    }
    changes.add(scribe.changes);
    Ok(written?)
}

/// The tables of a target, each with the target's place.
fn each_table((at, tables): &(usize, Vec<Found>)) -> impl Iterator<Item = (usize, &Found)> {
    tables.iter().map(|table| (*at, table))
}

/// Notes which folders a crawl of new folders only has seen.
async fn remember_folders(run: &Run<'_>, folders: &[String]) -> Result<()> {
    if !run.plan.new_folders_only {
        return Ok(());
    }
    debug_assert!(run.plan.update == UpdateBehavior::Log, "such crawls change no table");
    for batch in folders.chunks(FOLDERS_BATCH) {
        run.ctx
            .write(|tx| {
                for folder in batch {
                    FOLDERS.put(tx, &(run.crawler, folder.as_str()), &())?;
                }
                Ok::<_, Fail>(())
            })
            .await?;
    }
    Ok(())
}
