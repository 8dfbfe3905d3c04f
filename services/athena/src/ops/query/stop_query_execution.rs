//! `StopQueryExecution`: tells a query to stop; one that has ended stays as it is.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_StopQueryExecution.html>

use athena_api::{StopQueryExecution, StopQueryExecutionInput, StopQueryExecutionOutput};
use platform::{Ctx, Handle, Result};

use crate::failure::Failure;
use crate::model::State;
use crate::{Athena, run, store};

const WHY: &str = "Query cancelled by user";

impl Handle<StopQueryExecution> for Athena {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: StopQueryExecutionInput,
    ) -> Result<StopQueryExecutionOutput> {
        let id = input.query_execution_id;
        let row = self.query(ctx, &id).await?;
        if row.is_finished() {
            return Ok(StopQueryExecutionOutput::default());
        }
        if self.core.queue.find(ctx.scope(), &id).is_none() {
            // A process that ended left it; it must not run when its turn comes again.
            cancel_left(ctx, &id).await?;
        }
        // One that came among the live meanwhile finds its end told, or is stopped here.
        if let Some(live) = self.core.queue.find(ctx.scope(), &id) {
            live.stop(WHY);
            if self.core.queue.withdraw(&id) || row.only_reads {
                // It never began; or it may be busy for a while yet, and leaves nothing that has
                // to be cleared away first.
                let stopped = Err(Failure::from(aquifer_sql::SqlError::cancelled()));
                run::finish(&self.core, ctx, &live, stopped).await;
            }
        }
        Ok(StopQueryExecutionOutput::default())
    }
}

/// Ends a query that nobody runs. What it may have written is taken back all the same.
async fn cancel_left(ctx: &Ctx, id: &str) -> Result<()> {
    let now = ctx.now();
    ctx.write(|tx| {
        let mut row = store::execution(tx, now, id)?;
        if !row.is_finished() {
            row.state = State::Cancelled;
            row.completed = Some(now);
            row.reason = Some(WHY.to_owned());
            store::finish(tx, id, &row)?;
        }
        Ok(())
    })
    .await
}
