//! `GetTable`: one table as it is now.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_GetTable.html>

use glue_api::{GetTable, GetTableInput, GetTableOutput};
use platform::{Ctx, Handle, Result};

use crate::catalog::table;
use crate::{Glue, error, place};

impl Handle<GetTable> for Glue {
    async fn handle(&self, ctx: &Ctx, input: GetTableInput) -> Result<GetTableOutput> {
        if input.transaction_id.is_some() || input.query_as_of_time.is_some() {
            return Err(error::absent("GetTable.TransactionId and QueryAsOfTime"));
        }
        let (database, name) =
            place::table(ctx, input.catalog_id.as_deref(), &input.database_name, &input.name)
                .await?;
        let row = ctx.read(|tx| table::find(tx, &database, &name))?;
        Ok(GetTableOutput { table: Some(row.table.0) })
    }
}
