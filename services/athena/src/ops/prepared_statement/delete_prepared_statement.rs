//! `DeletePreparedStatement`: forgets a kept statement.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_DeletePreparedStatement.html>

use athena_api::{
    DeletePreparedStatement, DeletePreparedStatementInput, DeletePreparedStatementOutput,
};
use platform::{Ctx, Handle, Result};

use crate::{Athena, error, store};

impl Handle<DeletePreparedStatement> for Athena {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeletePreparedStatementInput,
    ) -> Result<DeletePreparedStatementOutput> {
        let (workgroup, name) = (input.work_group, input.statement_name);
        ctx.write(|tx| {
            store::workgroup(tx, &workgroup)?;
            if !store::delete_prepared(tx, &workgroup, &name)? {
                return Err(error::no_prepared_statement(&name, &workgroup));
            }
            Ok(DeletePreparedStatementOutput::default())
        })
        .await
    }
}
