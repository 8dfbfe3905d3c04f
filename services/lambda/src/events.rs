//! Calls that nobody waits for: accepted with a row, run by a job, tried again by the clock.
//!
//! A call that the function fails is run again after one minute and after two more, if it is still
//! young enough; one that cannot be run, for too many run already, waits a second, then longer and
//! longer, for as long as it is young enough. Who takes part in what is left is told
//! (`destinations.rs`).
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>

use std::time::Duration;

use anyhow::Context;
use platform::jobs::{Job, JobKey, schedule};
use platform::{Blob, Bytes, Ctx, Fail, House, Result, Timestamp, WriteTx};

use crate::names::{LATEST, Named};
use crate::running::{Answer, Asked};
use crate::store::{EVENTS, Ended, Event};
use crate::{Lambda, destinations, running, versions};

/// Runs a call.
const RUN: &str = "lambda.event";
/// A call is tried so often again, where nobody said otherwise.
const RETRIES: i32 = 2;
/// A call older than this is given up, where nobody said otherwise.
const AGE_MAX: i32 = 21_600;
/// The wait before the first try after the first; it is twice as long before the next one.
const RETRY: Duration = Duration::from_secs(60);
/// Why calls are over.
const SUCCESS: &str = "Success";
const EXHAUSTED: &str = "RetriesExhausted";
const TOO_OLD: &str = "EventAgeExceeded";
/// The longest wait of a call that could not be run.
const PUT_OFF_MAX: Duration = Duration::from_secs(300);

/// Registers the job.
pub(crate) fn register(house: &House, room: &Lambda) {
    let room = room.clone();
    house.jobs.register_long(RUN, move |ctx, job| {
        let room = room.clone();
        async move { run(&room, &ctx, &job).await }
    });
}

/// Accepts a call.
///
/// # Errors
/// If the store cannot be read.
pub(crate) fn accept(tx: &WriteTx<'_>, name: &str, request_id: &str, event: &Event) -> Result<()> {
    EVENTS.put(tx, &(name, request_id), event)?;
    let key = JobKey::new(RUN, format!("{name}:{request_id}"));
    Ok(schedule(tx, &key, event.since, Vec::new())?)
}

async fn run(room: &Lambda, ctx: &Ctx, job: &Job) -> anyhow::Result<()> {
    let (name, id) = job.key.split_once(':').context("the key is a function and a request")?;
    let Some(event) = ctx.read(|tx| EVENTS.get(tx, &(name, id)))? else { return Ok(()) };
    let named = Named {
        ctx: ctx.with_request_id(id),
        name: name.to_owned(),
        qualifier: event.qualifier.clone(),
    };
    let found = match ctx.read(|tx| versions::find(tx, &named)) {
        // The function is gone, and what was to be told went with it.
        Err(fail) if fail.is_sender() => {
            ctx.write(|tx| EVENTS.delete(tx, &(name, id))).await?;
            return Ok(());
        }
        found => found?,
    };
    let set = found.0.events.get(named.qualifier.as_deref().unwrap_or(LATEST));
    let set = set.map(|set| set.0.clone()).unwrap_or_default();
    let (function, version) = (&found.0, &found.1);
    if let Some(ended) = &event.ended {
        let to = set.destination_config.as_ref();
        destinations::tell(&named, version, to, &event, ended).await?;
        ctx.write(|tx| EVENTS.delete(tx, &(name, id))).await?;
        return Ok(());
    }
    let retries = set.maximum_retry_attempts.unwrap_or(RETRIES).unsigned_abs();
    let age = set.maximum_event_age_in_seconds.unwrap_or(AGE_MAX).unsigned_abs();
    let until = event.since + Duration::from_secs(age.into());
    if ctx.now() > until {
        return over(&named, event, TOO_OLD, None).await;
    }
    let asked = Asked {
        request_id: id.to_owned(),
        payload: Bytes::copy_from_slice(&event.payload.0),
        client: event.client.clone(),
        trace: event.trace.clone(),
    };
    let answer = match running::run(room, &named, (function, version), asked).await {
        Ok(answer) => answer,
        // It did not run: it may some time later, unless it never will.
        Err(fail) if fail.status() != 501 => {
            anyhow::ensure!(!ctx.shutdown_token().is_cancelled(), "the server is stopping");
            tracing::debug!(name, id, %fail, "a call is put off");
            let wait = Duration::from_secs(1) * 2_u32.saturating_pow(event.put_off.min(10));
            let again = Event { put_off: event.put_off + 1, ..event };
            return later(ctx, name, id, &again, ctx.now() + wait.min(PUT_OFF_MAX)).await;
        }
        Err(fail) => {
            tracing::warn!(name, id, %fail, "a call can never run");
            return over(&named, event, EXHAUSTED, None).await;
        }
    };
    let runs = event.runs + 1;
    let event = Event { runs, put_off: 0, ..event };
    let again = ctx.now() + RETRY * runs;
    match &answer.outcome {
        Ok(_) => over(&named, event, SUCCESS, Some(answer)).await,
        Err(_) if runs > retries => over(&named, event, EXHAUSTED, Some(answer)).await,
        Err(_) if again > until => over(&named, event, TOO_OLD, Some(answer)).await,
        Err(_) => later(ctx, name, id, &event, again).await,
    }
}

/// Runs a call later.
async fn later(
    ctx: &Ctx,
    name: &str,
    id: &str,
    event: &Event,
    due: Timestamp,
) -> anyhow::Result<()> {
    ctx.write(|tx| {
        EVENTS.put(tx, &(name, id), event)?;
        schedule(tx, &JobKey::new(RUN, format!("{name}:{id}")), due, Vec::new())?;
        Ok::<_, Fail>(())
    })
    .await?;
    Ok(())
}

/// Notes how a call ended; who wants to know is told next.
async fn over(
    named: &Named,
    event: Event,
    condition: &str,
    answer: Option<Answer>,
) -> anyhow::Result<()> {
    let ctx = &named.ctx;
    let version = answer.as_ref().map(|answer| answer.version.clone());
    let payload = answer.map(|answer| match answer.outcome {
        Ok(payload) | Err(payload) => payload.to_vec(),
    });
    let ended = Ended {
        success: condition == SUCCESS,
        condition: condition.to_owned(),
        version,
        payload: Blob(payload.unwrap_or_default()),
    };
    let event = Event { ended: Some(ended), ..event };
    later(ctx, &named.name, ctx.request_id(), &event, ctx.now()).await
}

/// A call as it is accepted.
pub(crate) fn new(asked: &Asked, qualifier: Option<String>, since: Timestamp) -> Event {
    Event {
        qualifier,
        payload: Blob(asked.payload.to_vec()),
        since,
        runs: 0,
        put_off: 0,
        client: asked.client.clone(),
        trace: asked.trace.clone(),
        ended: None,
    }
}
