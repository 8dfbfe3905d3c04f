//! `CreateTable`: a new table.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_CreateTable.html>

use glue_api::{CreateTable, CreateTableInput, CreateTableOutput};
use platform::{Ctx, Handle, Result};

use crate::catalog::{Maker, index, table};
use crate::{Glue, error, place};

impl Handle<CreateTable> for Glue {
    async fn handle(&self, ctx: &Ctx, input: CreateTableInput) -> Result<CreateTableOutput> {
        if input.open_table_format_input.is_some() {
            return Err(error::absent("CreateTable.OpenTableFormatInput"));
        }
        if input.transaction_id.is_some() {
            return Err(error::absent("CreateTable.TransactionId"));
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
        let indexes = input.partition_indexes.unwrap_or_default();
        ctx.write(|tx| {
            let row = table::create(tx, &maker, &database, described)?;
            index::create_with(tx, &row, indexes)
        })
        .await?;
        Ok(CreateTableOutput::default())
    }
}
