//! `DeleteQueue`: deletes a queue with all that is in it.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html>

use platform::{Ctx, Fail, Handle, Result};
use sqs_api::{DeleteQueue, DeleteQueueInput, DeleteQueueOutput};

use crate::store::{DELETED, QUEUES};
use crate::{Sqs, jobs, queues, redrive};

impl Handle<DeleteQueue> for Sqs {
    async fn handle(&self, ctx: &Ctx, input: DeleteQueueInput) -> Result<DeleteQueueOutput> {
        let (ctx, name) = queues::locate(ctx, &input.queue_url)?;
        let now = ctx.now();
        let id = ctx
            .write(|tx| {
                let queue = queues::get(tx, &name)?;
                redrive::note_source(tx, &name, Some(&queue), None)?;
                QUEUES.delete(tx, &name)?;
                DELETED.put(tx, &name, &now)?;
                jobs::sweep_later(tx, queue.id, now)?;
                Ok::<_, Fail>(queue.id)
            })
            .await?;
        self.arrivals.tell(id);
        Ok(DeleteQueueOutput {})
    }
}
