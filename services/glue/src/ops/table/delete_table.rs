//! `DeleteTable`: removes a table with its partitions and versions.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteTable.html>

use glue_api::{DeleteTable, DeleteTableInput, DeleteTableOutput};
use platform::{Ctx, Handle, Result};

use crate::catalog::{Maker, table};
use crate::{Glue, error, place};

impl Handle<DeleteTable> for Glue {
    async fn handle(&self, ctx: &Ctx, input: DeleteTableInput) -> Result<DeleteTableOutput> {
        if input.transaction_id.is_some() {
            return Err(error::absent("DeleteTable.TransactionId"));
        }
        let (database, name) =
            place::table(ctx, input.catalog_id.as_deref(), &input.database_name, &input.name)
                .await?;
        let maker = Maker::of(ctx);
        ctx.write(|tx| table::delete(tx, &maker, &database, &name)).await?;
        Ok(DeleteTableOutput::default())
    }
}
