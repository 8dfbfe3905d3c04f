//! `BatchGetQueryExecution`: up to fifty queries at once.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_BatchGetQueryExecution.html>

use athena_api::{
    BatchGetQueryExecution, BatchGetQueryExecutionInput, BatchGetQueryExecutionOutput,
    UnprocessedQueryExecutionId,
};
use platform::{Ctx, Handle, Result};

use crate::{Athena, access, store};

impl Handle<BatchGetQueryExecution> for Athena {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: BatchGetQueryExecutionInput,
    ) -> Result<BatchGetQueryExecutionOutput> {
        let mut found = Vec::new();
        let mut missing = Vec::new();
        for id in input.query_execution_ids {
            let (code, message) = match ctx.read(|tx| store::execution(tx, ctx.now(), &id)) {
                Ok(row) if access::is_allowed(ctx, &row.workgroup).await? => {
                    found.push(self.show(ctx, &id, row)?);
                    continue;
                }
                Ok(_) => ("ACCESS_DENIED", format!("You may not see QueryExecution {id}")),
                Err(fail) if fail.is_sender() => ("INVALID_INPUT", fail.message().to_owned()),
                Err(fail) => return Err(fail),
            };
            missing.push(UnprocessedQueryExecutionId {
                query_execution_id: Some(id),
                error_code: Some(code.to_owned()),
                error_message: Some(message),
            });
        }
        Ok(BatchGetQueryExecutionOutput {
            query_executions: Some(found),
            unprocessed_query_execution_ids: Some(missing),
        })
    }
}
