//! `BatchGetPreparedStatement`: up to 256 kept statements at once.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_BatchGetPreparedStatement.html>

use athena_api::{
    BatchGetPreparedStatement, BatchGetPreparedStatementInput, BatchGetPreparedStatementOutput,
    UnprocessedPreparedStatementName,
};
use platform::{Ctx, Handle, Result};

use crate::{Athena, error, store};

/// Names of one call.
const NAMES_MAX: usize = 256;

impl Handle<BatchGetPreparedStatement> for Athena {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: BatchGetPreparedStatementInput,
    ) -> Result<BatchGetPreparedStatementOutput> {
        let workgroup = input.work_group;
        if input.prepared_statement_names.len() > NAMES_MAX {
            let message =
                format!("At most {NAMES_MAX} prepared statements can be asked for at once");
            return Err(error::invalid(message));
        }
        ctx.read(|tx| {
            store::workgroup(tx, &workgroup)?;
            let mut found = Vec::new();
            let mut missing = Vec::new();
            for name in input.prepared_statement_names {
                match store::prepared(tx, &workgroup, &name)? {
                    Some(row) => found.push(super::describe(&workgroup, &name, row)),
                    None => missing.push(UnprocessedPreparedStatementName {
                        error_code: Some("STATEMENT_NOT_FOUND".to_owned()),
                        error_message: Some(format!(
                            "Prepared Statement {name} was not found in workgroup {workgroup}"
                        )),
                        statement_name: Some(name),
                    }),
                }
            }
            Ok(BatchGetPreparedStatementOutput {
                prepared_statements: Some(found),
                unprocessed_prepared_statement_names: Some(missing),
            })
        })
    }
}
