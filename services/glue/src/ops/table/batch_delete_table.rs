//! `BatchDeleteTable`: removes several tables of a database.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_BatchDeleteTable.html>

use glue_api::{BatchDeleteTable, BatchDeleteTableInput, BatchDeleteTableOutput, TableError};
use platform::{Ctx, Handle, Result};

use crate::catalog::{Maker, database, table};
use crate::{Glue, error, place};

impl Handle<BatchDeleteTable> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: BatchDeleteTableInput,
    ) -> Result<BatchDeleteTableOutput> {
        if input.transaction_id.is_some() {
            return Err(error::absent("BatchDeleteTable.TransactionId"));
        }
        let catalog = input.catalog_id.as_deref();
        let owner = place::database(ctx, catalog, &input.database_name).await?;
        let mut names = Vec::with_capacity(input.tables_to_delete.len());
        for name in &input.tables_to_delete {
            names.push(place::table(ctx, None, &input.database_name, name).await?.1);
        }
        let maker = Maker::of(ctx);
        let errors = ctx
            .write(|tx| {
                database::find(tx, &owner)?;
                let mut errors = Vec::new();
                for name in names {
                    match table::delete(tx, &maker, &owner, &name) {
                        Err(fail) if fail.is_sender() => errors.push(TableError {
                            table_name: Some(name),
                            error_detail: Some(error::detail(&fail)),
                        }),
                        done => done?,
                    }
                }
                Ok::<_, platform::Fail>(errors)
            })
            .await?;
        Ok(BatchDeleteTableOutput { errors: Some(errors) })
    }
}
