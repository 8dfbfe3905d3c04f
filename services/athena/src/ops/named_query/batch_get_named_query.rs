//! `BatchGetNamedQuery`: up to fifty kept queries at once.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_BatchGetNamedQuery.html>

use athena_api::{
    BatchGetNamedQuery, BatchGetNamedQueryInput, BatchGetNamedQueryOutput, UnprocessedNamedQueryId,
};
use platform::{Ctx, Handle, Result};

use crate::{Athena, access, store};

impl Handle<BatchGetNamedQuery> for Athena {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: BatchGetNamedQueryInput,
    ) -> Result<BatchGetNamedQueryOutput> {
        let mut found = Vec::new();
        let mut missing = Vec::new();
        for id in input.named_query_ids {
            let (code, message) = match ctx.read(|tx| store::named(tx, &id)) {
                Ok(row) if access::is_allowed(ctx, &row.workgroup).await? => {
                    found.push(super::describe(&id, row));
                    continue;
                }
                Ok(_) => ("ACCESS_DENIED", format!("You may not see NamedQuery {id}")),
                Err(fail) if fail.is_sender() => ("INVALID_INPUT", fail.message().to_owned()),
                Err(fail) => return Err(fail),
            };
            missing.push(UnprocessedNamedQueryId {
                named_query_id: Some(id),
                error_code: Some(code.to_owned()),
                error_message: Some(message),
            });
        }
        Ok(BatchGetNamedQueryOutput {
            named_queries: Some(found),
            unprocessed_named_query_ids: Some(missing),
        })
    }
}
