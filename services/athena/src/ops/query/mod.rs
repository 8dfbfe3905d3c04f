//! Queries: started, stopped, looked at, fetched.

mod batch_get_query_execution;
mod get_query_execution;
mod get_query_results;
mod get_query_runtime_statistics;
mod list_query_executions;
mod start_query_execution;
mod stop_query_execution;

use athena_api::QueryExecution;
use platform::{Ctx, Result};

use crate::model::Execution;
use crate::{Athena, access, store};

impl Athena {
    /// A query the caller may see.
    async fn query(&self, ctx: &Ctx, id: &str) -> Result<Execution> {
        let row = ctx.read(|tx| store::execution(tx, ctx.now(), id))?;
        access::may(ctx, &row.workgroup).await?;
        Ok(row)
    }

    /// How a query looks now.
    fn show(&self, ctx: &Ctx, id: &str, row: Execution) -> Result<QueryExecution> {
        if row.is_finished() {
            return Ok(row.describe(id));
        }
        if let Some(live) = self.core.queue.find(ctx.scope(), id) {
            let mut shown = row.describe(id);
            live.show(&mut shown);
            return Ok(shown);
        }
        // It ended since its row was read, or a start of the server is about to settle it.
        Ok(ctx.read(|tx| store::execution(tx, ctx.now(), id))?.describe(id))
    }
}
