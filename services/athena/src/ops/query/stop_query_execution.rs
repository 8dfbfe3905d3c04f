//! `StopQueryExecution`: tells a query to stop; one that has ended stays as it is.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_StopQueryExecution.html>

use athena_api::{StopQueryExecution, StopQueryExecutionInput, StopQueryExecutionOutput};
use platform::{Ctx, Handle, Result};

use crate::failure::Failure;
use crate::{Athena, run};

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
