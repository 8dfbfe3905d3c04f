//! `UpdatePreparedStatement`: changes a kept statement.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_UpdatePreparedStatement.html>

use athena_api::{
    UpdatePreparedStatement, UpdatePreparedStatementInput, UpdatePreparedStatementOutput,
};
use platform::{Ctx, Handle, Result};

use crate::{Athena, error, store};

impl Handle<UpdatePreparedStatement> for Athena {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: UpdatePreparedStatementInput,
    ) -> Result<UpdatePreparedStatementOutput> {
        super::check_length(&input.query_statement)?;
        let (workgroup, name) = (input.work_group, input.statement_name);
        let now = ctx.now();
        ctx.write(|tx| {
            store::workgroup(tx, &workgroup)?;
            let found = store::prepared(tx, &workgroup, &name)?;
            let mut row = found.ok_or_else(|| error::no_prepared_statement(&name, &workgroup))?;
            row.query = input.query_statement;
            row.description = input.description.or(row.description);
            row.modified = now;
            store::put_prepared(tx, &workgroup, &name, &row)?;
            Ok(UpdatePreparedStatementOutput::default())
        })
        .await
    }
}
