//! Tasks that move messages out of a dead-letter queue, back to where they failed or elsewhere.
//!
//! AWS moves as fast as it finds good where nobody says how fast; here as fast as it goes.

use std::cmp::Reverse;
use std::time::Duration;

use anyhow::Context;
use aquifer_queue::Message;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use platform::jobs::{Job, JobKey, cancel, schedule};
use platform::{Ctx, Fail, ReadTx, Result, Scope, Timestamp, WriteTx};
use serde::{Deserialize, Serialize};

use crate::arrivals::Arrivals;
use crate::letter::Letter;
use crate::store::{QUEUES, Queue, TASKS, Task, TaskState};
use crate::{error, names, queues};

/// Moves some messages of a task.
pub(crate) const MOVE: &str = "sqs.move";
/// Messages and bytes moved in one go where nobody says how fast.
const STEP_MESSAGES: u32 = 500;
const STEP_BYTES: usize = 8 << 20;
/// What a task says that lost its destination.
const NO_DESTINATION: &str = "AWS.SimpleQueueService.NonExistentQueue";

/// What tells a task from others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct TaskKey {
    pub source: String,
    pub started: Timestamp,
    pub id: String,
}

/// A handle, as clients hand it back.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Handle {
    task_id: String,
    source_arn: String,
}

impl TaskKey {
    fn row(&self) -> (String, Reverse<Timestamp>, String) {
        (self.source.clone(), Reverse(self.started), self.id.clone())
    }

    fn job(&self) -> JobKey {
        JobKey::new(MOVE, self.id.clone())
    }

    /// The handle of the task.
    pub fn handle(&self, scope: &Scope) -> Result<String> {
        let source_arn = names::arn(scope, &self.source);
        let handle = Handle { task_id: self.id.clone(), source_arn };
        Ok(STANDARD.encode(serde_json::to_vec(&handle).map_err(Fail::internal)?))
    }
}

/// The source's ARN in a handle, and the task's id.
///
/// # Errors
/// AWS's refusal of other text.
pub(crate) fn parse_handle(text: &str) -> Result<(String, String)> {
    let bytes = STANDARD.decode(text).ok();
    let handle = bytes.and_then(|bytes| serde_json::from_slice::<Handle>(&bytes).ok());
    let refused = || error::invalid("Value for parameter TaskHandle is invalid.");
    handle.map(|handle| (handle.source_arn, handle.task_id)).ok_or_else(refused)
}

/// The tasks of a source, the newest first.
///
/// # Errors
/// If the store cannot be read.
pub(crate) fn of_source(
    tx: &ReadTx<'_>,
    source: &str,
    limit: usize,
) -> Result<Vec<(TaskKey, Task)>> {
    let mut tasks = Vec::new();
    for row in TASKS.scan(tx).prefix(&(source,)).take(limit) {
        let ((source, Reverse(started), id), task) = row?;
        tasks.push((TaskKey { source, started, id }, task));
    }
    Ok(tasks)
}

/// Begins a task.
///
/// # Errors
/// If the store cannot be read.
pub(crate) fn begin(tx: &WriteTx<'_>, key: &TaskKey, task: &Task) -> Result<()> {
    TASKS.put(tx, &key.row(), task)?;
    schedule_step(tx, key, key.started)
}

/// Stops a task.
///
/// # Errors
/// If the store cannot be read.
pub(crate) fn stop(tx: &WriteTx<'_>, key: &TaskKey, mut task: Task) -> Result<()> {
    task.state = TaskState::Cancelled;
    TASKS.put(tx, &key.row(), &task)?;
    cancel(tx, &key.job())?;
    Ok(())
}

fn schedule_step(tx: &WriteTx<'_>, key: &TaskKey, due: Timestamp) -> Result<()> {
    let payload = rmp_serde::to_vec_named(key).map_err(Fail::internal)?;
    Ok(schedule(tx, &key.job(), due, payload)?)
}

/// What one go came to.
enum Step {
    Moved(Vec<u64>),
    Lost,
}

/// Moves some messages, and calls for the next go.
pub(crate) async fn step(ctx: &Ctx, job: &Job, arrivals: &Arrivals) -> anyhow::Result<()> {
    let key: TaskKey =
        rmp_serde::from_slice(&job.payload).context("the payload is a task's key")?;
    let moved = ctx.write(|tx| go(tx, &key, job.due, ctx)).await;
    match moved {
        Ok(Step::Moved(queues)) => queues.into_iter().for_each(|queue| arrivals.tell(queue)),
        Ok(Step::Lost) => {}
        // What this go moved is back in its place, and the task ends.
        Err(fail) if fail.is("QueueDoesNotExist") => {
            ctx.write(|tx| {
                if let Some(mut task) = TASKS.get(tx, &key.row())? {
                    task.state = TaskState::Failed;
                    task.failure = Some(NO_DESTINATION.to_owned());
                    TASKS.put(tx, &key.row(), &task)?;
                }
                Ok::<_, Fail>(())
            })
            .await?;
        }
        Err(fail) => return Err(fail.into()),
    }
    Ok(())
}

fn go(tx: &WriteTx<'_>, key: &TaskKey, due: Timestamp, ctx: &Ctx) -> Result<Step> {
    let Some(mut task) = TASKS.get(tx, &key.row())? else { return Ok(Step::Lost) };
    if task.state != TaskState::Running {
        return Ok(Step::Lost);
    }
    let source = queues::get(tx, &key.source)?;
    let explicit = match &task.destination_arn {
        Some(arn) => Some(destination(tx, arn)?),
        None => None,
    };
    let now = ctx.now();
    queues::bring_up(tx, &source, now)?;
    let (mut bytes, mut told, mut done) = (0, Vec::new(), false);
    for _ in 0..task.per_second.unwrap_or(STEP_MESSAGES) {
        if bytes >= STEP_BYTES {
            break;
        }
        let Some(taken) = aquifer_queue::take_first(tx, source.id)? else {
            done = true;
            break;
        };
        bytes += taken.payload.len();
        let to = match (&explicit, &taken.origin) {
            (Some(queue), _) => queue.clone(),
            (None, Some(origin)) => destination(tx, origin)?,
            (None, None) => return Err(error::no_queue()),
        };
        // AWS: a message that is moved back is a new one.
        let mut letter = Letter::decode(&taken.payload)?;
        letter.id = ctx.ids().uuid();
        let payload = letter.encode()?;
        let message = Message { payload, group: taken.group, not_before: None, origin: None };
        aquifer_queue::send(tx, to.id, now, message)?;
        if !told.contains(&to.id) {
            told.push(to.id);
        }
        task.moved += 1;
    }
    if done {
        task.state = TaskState::Completed;
    } else {
        let next = if task.per_second.is_some() { due + Duration::from_secs(1) } else { due };
        schedule_step(tx, key, next)?;
    }
    TASKS.put(tx, &key.row(), &task)?;
    Ok(Step::Moved(told))
}

fn destination(tx: &ReadTx<'_>, arn: &str) -> Result<Queue> {
    let name = names::from_arn(tx.scope(), arn);
    let queue = name.map(|name| QUEUES.get(tx, &name)).transpose()?.flatten();
    queue.ok_or_else(error::no_queue)
}
