//! `GetQueryExecution`: how a query stands, and what it has cost.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryExecution.html>

use athena_api::{GetQueryExecution, GetQueryExecutionInput, GetQueryExecutionOutput};
use platform::{Ctx, Handle, Result};

use crate::Athena;

impl Handle<GetQueryExecution> for Athena {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetQueryExecutionInput,
    ) -> Result<GetQueryExecutionOutput> {
        let id = input.query_execution_id;
        let row = self.query(ctx, &id).await?;
        Ok(GetQueryExecutionOutput { query_execution: Some(self.show(ctx, &id, row)?) })
    }
}
