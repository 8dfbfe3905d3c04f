//! `ListMessageMoveTasks`: the last tasks that moved messages out of a queue.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListMessageMoveTasks.html>

use platform::{Ctx, Handle, Result};
use sqs_api::{
    ListMessageMoveTasks, ListMessageMoveTasksInput, ListMessageMoveTasksOutput,
    ListMessageMoveTasksResultEntry,
};

use crate::store::{QUEUES, TaskState};
use crate::{Sqs, error, names, tasks};

fn status(state: TaskState) -> &'static str {
    match state {
        TaskState::Running => "RUNNING",
        TaskState::Cancelled => "CANCELLED",
        TaskState::Completed => "COMPLETED",
        TaskState::Failed => "FAILED",
    }
}

impl Handle<ListMessageMoveTasks> for Sqs {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListMessageMoveTasksInput,
    ) -> Result<ListMessageMoveTasksOutput> {
        let limit = input.max_results.unwrap_or(1);
        let limit = usize::try_from(limit).ok().filter(|limit| (1..=10).contains(limit));
        let limit = limit.ok_or_else(|| {
            let given = input.max_results.unwrap_or_default().to_string();
            error::invalid_value(&given, "MaxResults", "Must be between 1 and 10, if provided.")
        })?;
        let gone = "The resource that you specified for the SourceArn parameter doesn't exist.";
        let source = names::from_arn(ctx.scope(), &input.source_arn);
        let source = source.ok_or_else(|| error::no_resource(gone))?;
        let found = ctx.read(|tx| {
            QUEUES.get(tx, &source)?.ok_or_else(|| error::no_resource(gone))?;
            tasks::of_source(tx, &source, limit)
        })?;
        let mut results = Vec::new();
        for (key, task) in found {
            let running = task.state == TaskState::Running;
            results.push(ListMessageMoveTasksResultEntry {
                task_handle: if running { Some(key.handle(ctx.scope())?) } else { None },
                status: Some(status(task.state).to_owned()),
                source_arn: Some(task.source_arn),
                destination_arn: task.destination_arn,
                max_number_of_messages_per_second: task
                    .per_second
                    .and_then(|rate| i32::try_from(rate).ok()),
                approximate_number_of_messages_moved: i64::try_from(task.moved).ok(),
                approximate_number_of_messages_to_move: i64::try_from(task.to_move).ok(),
                failure_reason: task.failure,
                started_timestamp: Some(key.started.as_micros() / 1_000),
            });
        }
        Ok(ListMessageMoveTasksOutput { results: (!results.is_empty()).then_some(results) })
    }
}
