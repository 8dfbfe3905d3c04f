//! Table optimizers: Iceberg tables that are looked after by themselves. Small files become larger ones,
//! old snapshots go, and so do files that nothing refers to.
//!
//! An optimizer is a row of its table and a job by the clock, which acts as a session of its role. What
//! it does to a table is a commit like any other, through the catalog's own operations: who commits
//! meanwhile wins, and what could not be done then is tried the next time.
//!
//! <https://docs.aws.amazon.com/glue/latest/dg/table-optimizers.html>

mod compact;
mod configuration;
mod orphans;
mod retain;
mod work;

use std::time::Duration;

use glue_api::{
    Table, TableOptimizer, TableOptimizerConfiguration, TableOptimizerEventType, TableOptimizerRun,
    TableOptimizerType,
};
use platform::jobs::{self, Job, JobKey};
use platform::{Ctx, Fail, House, ReadTx, Result, Stored, Timestamp, WriteTx};

use crate::catalog::table;
use crate::error;
use crate::place::fold;
use crate::store::{OPTIMIZERS, OptimizerRow, TableRow};

/// Runs an optimizer; its key is the table's number and the optimizer's type.
const KIND: &str = "glue.optimize";
/// Runs that are remembered of each optimizer.
const RUNS_MAX: usize = 50;
/// How long after it is made an optimizer first runs.
const FIRST: Duration = Duration::from_secs(5 * 60);
const HOUR: Duration = Duration::from_secs(3_600);

pub(crate) fn register(house: &House) {
    house.jobs.register_long(KIND, run);
}

/// The key of an optimizer.
fn key(table: u64, kind: &TableOptimizerType) -> (u64, String) {
    (table, kind.as_str().to_owned())
}

fn job(table: u64, kind: &str) -> JobKey {
    JobKey::new(KIND, format!("{table}/{kind}"))
}

/// Makes an optimizer.
pub(crate) fn create(
    tx: &WriteTx<'_>,
    now: Timestamp,
    table: &TableRow,
    kind: &TableOptimizerType,
    configuration: TableOptimizerConfiguration,
) -> Result<()> {
    let key = key(table.id, kind);
    if OPTIMIZERS.contains(tx, &key)? {
        return Err(error::optimizer_exists(kind.as_str(), &table.table.0.name));
    }
    must_be_iceberg(&table.table.0)?;
    configuration::check(kind, &configuration, true)?;
    let row = OptimizerRow {
        database: table.table.0.database_name.clone().unwrap_or_default(),
        table: table.table.0.name.clone(),
        configuration: Stored(configuration),
        runs: Vec::new(),
    };
    OPTIMIZERS.put(tx, &key, &row)?;
    Ok(jobs::schedule(tx, &job(table.id, &key.1), now + FIRST, Vec::new())?)
}

/// Changes what an optimizer is told; what is not said stays.
pub(crate) fn update(
    tx: &WriteTx<'_>,
    table: &TableRow,
    kind: &TableOptimizerType,
    given: TableOptimizerConfiguration,
) -> Result<()> {
    let mut row = find(tx, table, kind)?;
    configuration::check(kind, &given, false)?;
    configuration::merge(&mut row.configuration.0, given);
    Ok(OPTIMIZERS.put(tx, &key(table.id, kind), &row)?)
}

/// Removes an optimizer.
pub(crate) fn delete(tx: &WriteTx<'_>, table: &TableRow, kind: &TableOptimizerType) -> Result<()> {
    find(tx, table, kind)?;
    let key = key(table.id, kind);
    jobs::cancel(tx, &job(table.id, &key.1))?;
    OPTIMIZERS.delete(tx, &key)?;
    Ok(())
}

/// The optimizer of a type.
pub(crate) fn find(
    tx: &ReadTx<'_>,
    table: &TableRow,
    kind: &TableOptimizerType,
) -> Result<OptimizerRow> {
    let found = OPTIMIZERS.get(tx, &key(table.id, kind))?;
    found.ok_or_else(|| error::no_optimizer(kind.as_str(), &table.table.0.name))
}

/// An optimizer as clients read it.
pub(crate) fn view(row: OptimizerRow, kind: TableOptimizerType) -> TableOptimizer {
    TableOptimizer {
        r#type: Some(kind),
        last_run: row.runs.last().map(|run| run.0.clone()),
        configuration: Some(row.configuration.0),
        configuration_source: Some(glue_api::ConfigurationSource::Table),
    }
}

fn must_be_iceberg(table: &Table) -> Result<()> {
    let parameters = table.parameters.as_ref();
    let kind = parameters.and_then(|own| own.get("table_type"));
    match kind.is_some_and(|kind| kind.eq_ignore_ascii_case("iceberg")) {
        true => Ok(()),
        false => Err(error::invalid("Table optimizers are supported for Iceberg tables only.")),
    }
}

async fn run(ctx: Ctx, due: Job) -> anyhow::Result<()> {
    let Some((number, kind)) = due.key.split_once('/') else { return Ok(()) };
    let Ok(number) = number.parse::<u64>() else { return Ok(()) };
    let own = (number, kind.to_owned());
    let Some(row) = ctx.read(|tx| OPTIMIZERS.get(tx, &own))? else { return Ok(()) };
    // A table that was dropped takes its optimizers with it.
    let found = ctx.read(|tx| table::find(tx, &row.database, &fold(&row.table)));
    if !found.is_ok_and(|found| found.id == number) {
        ctx.write(|tx| OPTIMIZERS.delete(tx, &own).map(drop)).await?;
        return Ok(());
    }
    let started = ctx.now();
    let configuration = row.configuration.0.clone();
    let ended = if configuration.enabled == Some(false) {
        None
    } else {
        let outcome = carry_out(&ctx, &row, kind, &configuration).await;
        if outcome.is_err() && ctx.shutdown_token().is_cancelled() {
            // What the end of the server cut off runs again.
            return Err(anyhow::anyhow!("the server is ending"));
        }
        told(kind, started, ctx.now(), outcome)
    };
    ctx.write(|tx| {
        let Some(mut row) = OPTIMIZERS.get(tx, &own)? else { return Ok(()) };
        if let Some(run) = ended.clone() {
            row.runs.push(Stored(run));
            let over = row.runs.len().saturating_sub(RUNS_MAX);
            row.runs.drain(..over);
            OPTIMIZERS.put(tx, &own, &row)?;
        }
        let next = started + configuration::rate(kind, &row.configuration.0);
        Ok::<_, Fail>(jobs::schedule(tx, &job(number, kind), next, Vec::new())?)
    })
    .await?;
    Ok(())
}

/// What a run did.
pub(super) enum Done {
    Compacted { files: i64, bytes: i64 },
    Retained { data: i64, manifests: i64, lists: i64 },
    Removed { files: i64 },
}

/// None where there was nothing to do: AWS starts a run only where there is.
async fn carry_out(
    ctx: &Ctx,
    row: &OptimizerRow,
    kind: &str,
    configuration: &TableOptimizerConfiguration,
) -> Result<Option<Done>, Fail> {
    let role = configuration.role_arn.as_deref().unwrap_or_default();
    let session = crate::crawl::session_of(ctx, role).await?;
    let work =
        work::Work { ctx: session, database: row.database.clone(), table: row.table.clone() };
    match kind {
        "compaction" => compact::run(&work, configuration).await,
        "retention" => retain::run(&work, configuration).await,
        _ => orphans::run(&work, configuration).await,
    }
}

fn told(
    kind: &str,
    started: Timestamp,
    ended: Timestamp,
    outcome: Result<Option<Done>, Fail>,
) -> Option<TableOptimizerRun> {
    let mut run = TableOptimizerRun {
        event_type: Some(TableOptimizerEventType::Completed),
        start_timestamp: Some(started),
        end_timestamp: Some(ended),
        ..TableOptimizerRun::default()
    };
    match outcome {
        Ok(done) => configuration::measure(&mut run, done?),
        Err(fail) => {
            tracing::warn!(kind, %fail, "a table could not be optimized");
            run.event_type = Some(TableOptimizerEventType::Failed);
            run.error = Some(fail.message().to_owned());
        }
    }
    Some(run)
}
