//! What happens when nobody calls: events that are not kept any more go.

use std::time::Duration;

use anyhow::Context;
use platform::jobs::{JobKey, schedule};
use platform::{Ctx, Fail, House, Result, Timestamp, WriteTx};

use crate::store::{EVENTS, GROUPS, Group, NUMBERS, OF_STREAMS, STREAMS};

/// Removes what a group does not keep any more.
const EXPIRE: &str = "logs.expire";
/// Removes what was in a group or a stream that is gone.
const SWEEP: &str = "logs.sweep";
/// Rows removed in one go.
const ROWS: usize = 500;
const DAY: Duration = Duration::from_secs(86_400);

/// Registers the jobs.
pub(crate) fn register(house: &House) {
    house.jobs.register(EXPIRE, |ctx, job| async move { expire(&ctx, &job.key, job.due).await });
    house.jobs.register(SWEEP, |ctx, job| async move {
        let id = job.key.parse().context("the key is a group's number")?;
        sweep(&ctx, id, job.due).await
    });
}

/// Calls for what a group does not keep to be removed, from time to time.
///
/// # Errors
/// If the store cannot be read.
pub(crate) fn expire_later(tx: &WriteTx<'_>, name: &str, now: Timestamp) -> Result<()> {
    Ok(schedule(tx, &JobKey::new(EXPIRE, name), now + DAY, Vec::new())?)
}

/// Calls for all that was in a group that is gone to be removed.
///
/// # Errors
/// If the store cannot be read.
pub(crate) fn sweep_later(tx: &WriteTx<'_>, group: u64, now: Timestamp) -> Result<()> {
    Ok(schedule(tx, &JobKey::new(SWEEP, group.to_string()), now, Vec::new())?)
}

async fn expire(ctx: &Ctx, name: &str, due: Timestamp) -> anyhow::Result<()> {
    ctx.write(|tx| {
        let Some(mut group) = GROUPS.get(tx, name)? else { return Ok(()) };
        if group.retention_days.is_none() {
            return Ok(());
        }
        let before = group.kept_since(due);
        let more = remove(tx, &mut group, before)?;
        GROUPS.put(tx, name, &group)?;
        let next = if more { due } else { due + DAY };
        schedule(tx, &JobKey::new(EXPIRE, name), next, Vec::new())?;
        Ok::<_, Fail>(())
    })
    .await?;
    Ok(())
}

/// Removes some of the events before a time; answers whether more are left.
fn remove(tx: &WriteTx<'_>, group: &mut Group, before: i64) -> Result<bool> {
    let id = group.id;
    let rows = EVENTS.scan(tx).prefix(&(id,)).until(&(id, before, 0)).take(ROWS);
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    for ((_, time, number), event) in &rows {
        EVENTS.delete(tx, &(id, *time, *number))?;
        OF_STREAMS.delete(tx, &(id, event.stream.as_str(), *time, *number))?;
        group.bytes -= crate::events::size(&event.message) as i64;
    }
    Ok(rows.len() == ROWS)
}

async fn sweep(ctx: &Ctx, id: u64, due: Timestamp) -> anyhow::Result<()> {
    ctx.write(|tx| {
        let events = EVENTS.scan(tx).prefix(&(id,)).keys().take(ROWS);
        let events = events.collect::<Result<Vec<_>, _>>()?;
        for key in &events {
            EVENTS.delete(tx, key)?;
        }
        let places = OF_STREAMS.scan(tx).prefix(&(id,)).keys().take(ROWS);
        let places = places.collect::<Result<Vec<_>, _>>()?;
        for key in &places {
            OF_STREAMS.delete(tx, key)?;
        }
        if events.len() == ROWS || places.len() == ROWS {
            return sweep_later(tx, id, due);
        }
        STREAMS.delete_prefix(tx, &(id,))?;
        NUMBERS.delete(tx, &id)?;
        Ok::<_, Fail>(())
    })
    .await?;
    Ok(())
}
