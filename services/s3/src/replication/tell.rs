//! Tells of replications that fail, or take longer than replication time control promises.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-metrics-events.html>

use std::time::Duration;

use platform::jobs::{Job, JobKey, cancel, schedule};
use platform::{Ctx, Fail, Result, Timestamp, WriteTx};
use serde_json::{Value, json};

use super::{Target, Task};
use crate::model::{Bucket, Version};
use crate::notify;
use crate::settings::Setting;
use crate::store::{self, BUCKETS};
use crate::versions::sequence_of;

/// Looks whether a version that should be copied by now is.
pub(super) const MISSED: &str = "s3.replicate-missed";
/// The threshold of replication time control.
const THRESHOLD: Duration = Duration::from_secs(15 * 60);

/// What happens to a replication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    Failed(&'static str),
    MissedThreshold,
    AfterThreshold,
    NotTracked,
}

fn job(task: &Task) -> JobKey {
    JobKey::new(MISSED, format!("{}/{}/{}", task.bucket, task.version_id, task.key))
}

/// Has it looked after at its threshold, where any rule has one.
pub(super) fn watch(tx: &WriteTx<'_>, now: Timestamp, task: &Task) -> Result<()> {
    if !task.targets.iter().any(|target| target.timed) {
        return Ok(());
    }
    let payload = rmp_serde::to_vec_named(task).map_err(Fail::internal)?;
    Ok(schedule(tx, &job(task), now + THRESHOLD, payload)?)
}

/// Looks after it at its threshold.
pub(super) async fn look(ctx: &Ctx, job: &Job) -> anyhow::Result<()> {
    let task: Task = rmp_serde::from_slice(&job.payload)?;
    let looked = ctx.write(|tx| {
        for target in task.targets.iter().filter(|target| target.timed) {
            let id = Some(task.version_id.as_str());
            if store::find(tx, &target.bucket, &task.key, id)?.is_none() {
                note(ctx, tx, &task, target, Event::MissedThreshold)?;
            }
        }
        Ok::<_, Fail>(())
    });
    looked.await.map_err(|fail| anyhow::anyhow!("{}: {}", fail.code(), fail.message()))
}

/// Notes the end of a replication: with a reason where it failed.
pub(super) fn end(
    ctx: &Ctx,
    tx: &WriteTx<'_>,
    task: &Task,
    target: &Target,
    failed: Option<&'static str>,
) -> Result<()> {
    let late = task.since.is_some_and(|since| ctx.now() > since + THRESHOLD);
    match failed {
        Some(reason) if target.timed || target.measured => {
            note(ctx, tx, task, target, Event::Failed(reason))
        }
        None if target.timed && late => note(ctx, tx, task, target, Event::AfterThreshold),
        _ => Ok(()),
    }
}

/// Looks after it no longer.
pub(super) fn unwatch(tx: &WriteTx<'_>, task: &Task) -> Result<()> {
    if task.targets.iter().any(|target| target.timed) {
        cancel(tx, &job(task))?;
    }
    Ok(())
}

/// Notes that a version went away before it was copied.
pub(super) fn untracked(ctx: &Ctx, tx: &WriteTx<'_>, task: &Task) -> Result<()> {
    for target in task.targets.iter().filter(|target| target.timed) {
        note(ctx, tx, task, target, Event::NotTracked)?;
    }
    unwatch(tx, task)
}

/// Writes down who is to be told.
fn note(ctx: &Ctx, tx: &WriteTx<'_>, task: &Task, target: &Target, event: Event) -> Result<()> {
    let (name, key) = (task.bucket.as_str(), task.key.as_str());
    let Some(bucket) = BUCKETS.get(tx, name)? else { return Ok(()) };
    if !bucket.settings.has(Setting::Notification) {
        return Ok(());
    }
    let version = match store::find(tx, name, key, Some(&task.version_id))? {
        Some(version) => version,
        None => gone(&bucket, task, ctx.now()),
    };
    let (event, more) = match event {
        Event::Failed(reason) => ("OperationFailedReplication", ("failureReason", reason.into())),
        Event::MissedThreshold => ("OperationMissedThreshold", minutes()),
        Event::AfterThreshold => {
            let time = ctx.now().floor_millis().rfc3339_millis();
            ("OperationReplicatedAfterThreshold", ("replicationTime", time))
        }
        Event::NotTracked => ("OperationNotTracked", minutes()),
    };
    let operation = if version.delete_marker { "OBJECT_DELETE" } else { "OBJECT_PUT" };
    let since = task.since.unwrap_or(version.modified);
    let mut data = json!({
        "replicationRuleId": target.rule,
        "destinationBucket": notify::arn_of(&target.bucket, &bucket),
        "s3Operation": operation,
        "requestTime": since.floor_millis().rfc3339_millis(),
    });
    data[more.0] = Value::String(more.1);
    notify::replication::note(ctx, tx, (name, &bucket), key, event, &version, &data)
}

fn minutes() -> (&'static str, String) {
    ("threshold", (THRESHOLD.as_secs() / 60).to_string())
}

/// What is known of a version that is gone.
fn gone(bucket: &Bucket, task: &Task, now: Timestamp) -> Version {
    let id = Some(task.version_id.clone()).filter(|id| id != "null");
    let sequence = sequence_of(&task.version_id).unwrap_or_default();
    let modified = task.since.unwrap_or(now);
    Version { id, sequence, ..Version::new(bucket.owner.account, modified) }
}
