//! `GetPreparedStatement`: a kept statement.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_GetPreparedStatement.html>

use athena_api::{GetPreparedStatement, GetPreparedStatementInput, GetPreparedStatementOutput};
use platform::{Ctx, Handle, Result};

use crate::{Athena, error, store};

impl Handle<GetPreparedStatement> for Athena {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetPreparedStatementInput,
    ) -> Result<GetPreparedStatementOutput> {
        let (workgroup, name) = (input.work_group, input.statement_name);
        let row = ctx.read(|tx| -> Result<_> {
            store::workgroup(tx, &workgroup)?;
            Ok(store::prepared(tx, &workgroup, &name)?)
        })?;
        let row = row.ok_or_else(|| error::no_prepared_statement(&name, &workgroup))?;
        let prepared_statement = Some(super::describe(&workgroup, &name, row));
        Ok(GetPreparedStatementOutput { prepared_statement })
    }
}
