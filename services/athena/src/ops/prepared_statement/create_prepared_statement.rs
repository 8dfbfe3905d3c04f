//! `CreatePreparedStatement`: keeps a statement with parameters.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_CreatePreparedStatement.html>

use athena_api::{
    CreatePreparedStatement, CreatePreparedStatementInput, CreatePreparedStatementOutput,
};
use platform::{Ctx, Handle, Result};

use crate::model::PreparedRow;
use crate::{Athena, error, store};

impl Handle<CreatePreparedStatement> for Athena {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: CreatePreparedStatementInput,
    ) -> Result<CreatePreparedStatementOutput> {
        super::check_length(&input.query_statement)?;
        let (workgroup, name) = (input.work_group, input.statement_name);
        let row = PreparedRow {
            query: input.query_statement,
            description: input.description,
            modified: ctx.now(),
        };
        ctx.write(|tx| {
            store::workgroup(tx, &workgroup)?;
            if store::prepared(tx, &workgroup, &name)?.is_some() {
                return Err(error::invalid(format!(
                    "Prepared Statement {name} already exists in workgroup {workgroup}"
                )));
            }
            store::put_prepared(tx, &workgroup, &name, &row)?;
            Ok(CreatePreparedStatementOutput::default())
        })
        .await
    }
}
