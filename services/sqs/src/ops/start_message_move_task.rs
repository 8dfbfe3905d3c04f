//! `StartMessageMoveTask`: begins to move the messages of a dead-letter queue.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html>

use platform::{Ctx, Fail, Handle, Result};
use sqs_api::{StartMessageMoveTask, StartMessageMoveTaskInput, StartMessageMoveTaskOutput};

use crate::store::{QUEUES, SOURCES, Task, TaskState};
use crate::tasks::{self, TaskKey};
use crate::{Sqs, error, names, queues};

const NO_SOURCE: &str =
    "The resource that you specified for the SourceArn parameter doesn't exist.";
const NO_DESTINATION: &str =
    "The resource that you specified for the DestinationArn parameter doesn't exist.";

impl Handle<StartMessageMoveTask> for Sqs {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: StartMessageMoveTaskInput,
    ) -> Result<StartMessageMoveTaskOutput> {
        let per_second = match input.max_number_of_messages_per_second {
            Some(rate) => {
                Some(u32::try_from(rate).ok().filter(|rate| (1..=500).contains(rate)).ok_or_else(
                    || {
                        error::invalid_value(
                            &rate.to_string(),
                            "MaxNumberOfMessagesPerSecond",
                            "Must be between 1 and 500, if provided.",
                        )
                    },
                )?)
            }
            None => None,
        };
        let scope = ctx.scope();
        let source = names::from_arn(scope, &input.source_arn)
            .ok_or_else(|| error::no_resource(NO_SOURCE))?;
        let destination = match &input.destination_arn {
            Some(arn) => Some(
                names::from_arn(scope, arn).ok_or_else(|| error::no_resource(NO_DESTINATION))?,
            ),
            None => None,
        };
        let (now, id) = (ctx.now(), ctx.ids().uuid());
        let key = TaskKey { source: source.clone(), started: now, id };
        ctx.write(|tx| {
            let queue = QUEUES.get(tx, &source)?.ok_or_else(|| error::no_resource(NO_SOURCE))?;
            if let Some(name) = &destination {
                let there = QUEUES.get(tx, name)?;
                let there = there.ok_or_else(|| error::no_resource(NO_DESTINATION))?;
                if there.is_fifo() != queue.is_fifo() || there.name == queue.name {
                    return Err(error::invalid("Destination queue must be another queue of the same type as the source queue."));
                }
            }
            if SOURCES.scan(tx).prefix(&(source.as_str(),)).keys().next().is_none() {
                return Err(error::invalid(
                    "Source queue must be configured as a Dead Letter Queue.",
                ));
            }
            let newest = tasks::of_source(tx, &source, 1)?;
            if newest.iter().any(|(_, task)| task.state == TaskState::Running) {
                return Err(error::invalid(
                    "There is already a task running. Only one active task is allowed for a \
                     source queue arn at a given time.",
                ));
            }
            queues::bring_up(tx, &queue, now)?;
            let task = Task {
                state: TaskState::Running,
                source_arn: input.source_arn.clone(),
                destination_arn: input.destination_arn.clone(),
                per_second,
                to_move: aquifer_queue::counts(tx, queue.id)?.visible,
                moved: 0,
                failure: None,
            };
            tasks::begin(tx, &key, &task)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(StartMessageMoveTaskOutput { task_handle: Some(key.handle(scope)?) })
    }
}
