//! The job: reads the archived object, stores what the query finds, then says where.

use std::sync::Arc;

use aquifer_object::Error as ObjectError;
use aquifer_select::{Selection, Stats, Step};
use platform::jobs::Job;
use platform::{Bytes, Ctx, Fail, House, Result, Unit};
use s3_api::Tier;
use tokio::sync::Semaphore;

use super::order::Order;
use super::output::Output;
use super::{SELECT, Task, billed_as, may_read};
use crate::select::{self, ObjectSource};
use crate::{S3, error, store};

/// Bytes of an object of results.
const PART_BYTES: usize = 32 << 20;
/// Failures that are nobody's fault are put up with so often.
const FAILURES_MAX: u32 = 30;

/// Registers the job.
pub(crate) fn register(house: &House, room: &Arc<S3>) {
    let room = Arc::clone(room);
    house.jobs.register_long(SELECT, move |ctx, job| {
        let room = Arc::clone(&room);
        async move { run(&room, &ctx, &job).await }
    });
}

async fn run(room: &S3, ctx: &Ctx, job: &Job) -> anyhow::Result<()> {
    let task: Task = rmp_serde::from_slice(&job.payload)?;
    let ctx = acting(ctx, &task);
    match query(room, &ctx, &task).await {
        Ok(()) => Ok(()),
        // Whoever takes the place or the right to write there from it gets neither results nor errors.
        Err(fail) if fail.is_sender() || job.failures >= FAILURES_MAX => {
            let (id, code) = (&task.id, fail.code());
            tracing::warn!(id, code, "a query of an archive told nobody: {}", fail.message());
            Ok(())
        }
        Err(fail) => anyhow::bail!("{}: {}", fail.code(), fail.message()),
    }
}

/// The context of who asked for the query.
fn acting(ctx: &Ctx, task: &Task) -> Ctx {
    let acting = ctx.with_caller(task.caller.clone());
    let acting = match &task.session {
        Some(session) => acting.with_session(session.clone()),
        None => acting,
    };
    acting
        .with_transport(task.secure, None, None)
        .with_operation(s3_api::SERVICE.name, "RestoreObject")
}

/// Runs the query to its end and tells how it came out.
async fn query(room: &S3, ctx: &Ctx, task: &Task) -> Result<()> {
    let order = Order::of(&task.request.0)?;
    let output = Output::of(order.place, &task.id);
    let speed = task.request.0.tier.unwrap_or(Tier::Standard);
    let mut results = Results { ctx, output: &output, stored: Vec::new(), pending: Vec::new() };
    let mut work = Work { room, ctx, task, stats: Stats::default() };
    let outcome = work.select(order, &mut results).await;
    bill(ctx, &task.bucket, speed, work.stats);
    let (stored, outcome) = match outcome {
        Ok(()) => (results.stored, Ok(())),
        // Results before the fault are results all the same.
        Err(Fault::Query(fail)) => {
            results.flush().await?;
            (results.stored, Err(fail))
        }
        Err(Fault::Storing(fail)) => return Err(fail),
    };
    if let Err(fail) = &outcome {
        if !fail.is_sender() {
            return Err(Fail::internal(anyhow::anyhow!("{}: {}", fail.code(), fail.message())));
        }
        let text = format!("{}: {}\n", fail.code(), fail.message());
        let address = output.put(ctx, "errors/00000", text.into()).await?;
        output.put(ctx, "error_manifest.txt", format!("{address}\n").into()).await?;
    }
    if outcome.is_ok() || !stored.is_empty() {
        let manifest: String = stored.iter().map(|address| format!("{address}\n")).collect();
        output.put(ctx, "result_manifest.txt", manifest.into()).await?;
    }
    Ok(())
}

/// What went wrong: what the errors tell of, or that nothing can be stored.
enum Fault {
    Query(Fail),
    Storing(Fail),
}

/// Results on their way.
struct Results<'a> {
    ctx: &'a Ctx,
    output: &'a Output<'a>,
    stored: Vec<String>,
    pending: Vec<u8>,
}

impl Results<'_> {
    async fn push(&mut self, records: &[u8]) -> Result<()> {
        self.pending.extend_from_slice(records);
        if self.pending.len() < PART_BYTES {
            return Ok(());
        }
        self.flush().await
    }

    async fn flush(&mut self) -> Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let (body, name) = (std::mem::take(&mut self.pending), self.stored.len());
        let name = format!("results/{name:05}");
        self.stored.push(self.output.put(self.ctx, &name, Bytes::from(body)).await?);
        Ok(())
    }
}

/// A query at work.
struct Work<'a> {
    room: &'a S3,
    ctx: &'a Ctx,
    task: &'a Task,
    stats: Stats,
}

impl Work<'_> {
    async fn select(&mut self, order: Order<'_>, results: &mut Results<'_>) -> Result<(), Fault> {
        let source = self.source().await.map_err(Fault::Query)?;
        let now = self.ctx.now().as_millis();
        let Order { query, from, to, .. } = order;
        let selection = Selection::new(query, from, to, Arc::new(source), now);
        let mut selection = Box::new(selection.map_err(select::refused).map_err(Fault::Query)?);
        loop {
            let worked = step(self.ctx, &self.room.select.turns, selection).await;
            let (back, step) = worked.map_err(Fault::Storing)?;
            selection = back;
            self.stats = selection.stats();
            match step.map_err(select::refused).map_err(Fault::Query)? {
                Step::Records(bytes) => results.push(&bytes).await.map_err(Fault::Storing)?,
                Step::Working => {}
                Step::Done => return results.flush().await.map_err(Fault::Storing),
            }
            if self.ctx.shutdown_token().is_cancelled() {
                let stopping = anyhow::anyhow!("the server is stopping");
                return Err(Fault::Storing(Fail::internal(stopping)));
            }
        }
    }

    /// The archived bytes, if who asked may still read them.
    async fn source(&self) -> Result<ObjectSource> {
        let Task { bucket, key, sequence, version_id, .. } = self.task;
        let place = (bucket.as_str(), key.as_str());
        may_read(self.ctx, place, version_id.as_deref()).await?;
        let version = self.ctx.read(|tx| {
            let version = store::at(tx, bucket, key, *sequence)?;
            version.ok_or_else(|| error::no_such_key(key))
        })?;
        let opening = self.room.open(self.ctx, place, &version, None).await?;
        match ObjectSource::open(&self.room.objects, &version, opening.as_ref()) {
            Ok(source) => Ok(source),
            Err(ObjectError::NotFound(_)) => Err(error::no_such_key(key)),
            Err(failed) => Err(error::from_objects(failed)),
        }
    }
}

type Stepped = (Box<Selection>, aquifer_select::Result<Step>);

/// A step of a query, when it is its turn among all queries.
async fn step(ctx: &Ctx, turns: &Arc<Semaphore>, mut selection: Box<Selection>) -> Result<Stepped> {
    let turn = Arc::clone(turns).acquire_owned().await.map_err(Fail::internal)?;
    let work = move || {
        let step = selection.step();
        drop(turn);
        (selection, step)
    };
    ctx.spawn_blocking("s3-archive-select", work).await.map_err(Fail::internal)
}

fn bill(ctx: &Ctx, bucket: &str, speed: Tier, stats: Stats) {
    let kind = billed_as(speed);
    ctx.meter_as(kind, Unit::BytesScanned, stats.scanned as f64, bucket);
    ctx.meter_as(kind, Unit::BytesReturned, stats.returned as f64, bucket);
}
