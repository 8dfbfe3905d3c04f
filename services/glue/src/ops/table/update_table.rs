//! `UpdateTable`: describes a table anew and keeps what it was.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateTable.html>

use glue_api::{UpdateTable, UpdateTableInput, UpdateTableOutput};
use platform::{Ctx, Handle, Result};

use crate::catalog::Maker;
use crate::catalog::table::{self, Update};
use crate::{Glue, error, place};

impl Handle<UpdateTable> for Glue {
    async fn handle(&self, ctx: &Ctx, input: UpdateTableInput) -> Result<UpdateTableOutput> {
        if input.update_open_table_format_input.is_some() {
            return Err(error::absent("UpdateTable.UpdateOpenTableFormatInput"));
        }
        if input.transaction_id.is_some() {
            return Err(error::absent("UpdateTable.TransactionId"));
        }
        if input.view_update_action.is_some() || input.force == Some(true) {
            return Err(error::absent("UpdateTable.ViewUpdateAction"));
        }
        let Some(described) = input.table_input else {
            return Err(error::invalid("TableInput must not be null."));
        };
        if input.name.is_some_and(|name| place::fold(&name) != place::fold(&described.name)) {
            return Err(error::invalid("Name and TableInput.Name must be the same."));
        }
        let (database, _) =
            place::table(ctx, input.catalog_id.as_deref(), &input.database_name, &described.name)
                .await?;
        let maker = Maker::of(ctx);
        let how = Update {
            from_version: input.version_id.as_deref(),
            skip_archive: input.skip_archive == Some(true),
        };
        ctx.write(|tx| table::update(tx, &maker, &database, described, &how)).await?;
        Ok(UpdateTableOutput::default())
    }
}
