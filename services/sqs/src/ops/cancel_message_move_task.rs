//! `CancelMessageMoveTask`: stops moving messages; those that were moved stay.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CancelMessageMoveTask.html>

use platform::{Ctx, Fail, Handle, Result};
use sqs_api::{CancelMessageMoveTask, CancelMessageMoveTaskInput, CancelMessageMoveTaskOutput};

use crate::store::TaskState;
use crate::{Sqs, error, names, tasks};

impl Handle<CancelMessageMoveTask> for Sqs {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: CancelMessageMoveTaskInput,
    ) -> Result<CancelMessageMoveTaskOutput> {
        let (source_arn, id) = tasks::parse_handle(&input.task_handle)?;
        let action = "sqs:CancelMessageMoveTask";
        platform::require(ctx, &sqs_api::SERVICE, action, source_arn.as_str()).await?;
        let gone = "The resource that you specified for the SourceArn parameter doesn't exist.";
        let source = names::from_arn(ctx.scope(), &source_arn);
        let source = source.ok_or_else(|| error::no_resource(gone))?;
        let moved = ctx
            .write(|tx| {
                crate::store::QUEUES.get(tx, &source)?.ok_or_else(|| error::no_resource(gone))?;
                let found = tasks::of_source(tx, &source, usize::MAX)?.into_iter();
                let task = found.into_iter().find(|(key, _)| key.id == id);
                let Some((key, task)) = task else {
                    return Err(error::no_resource("Task does not exist."));
                };
                if task.state != TaskState::Running {
                    return Err(error::invalid("Only active tasks can be cancelled."));
                }
                let moved = task.moved;
                tasks::stop(tx, &key, task)?;
                Ok::<_, Fail>(moved)
            })
            .await?;
        let moved = i64::try_from(moved).ok();
        Ok(CancelMessageMoveTaskOutput { approximate_number_of_messages_moved: moved })
    }
}
