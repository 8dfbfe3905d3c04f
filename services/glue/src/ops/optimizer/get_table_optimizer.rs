//! `GetTableOptimizer`: how a table is looked after, and what the last run did.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_GetTableOptimizer.html>

use glue_api::{GetTableOptimizer, GetTableOptimizerInput, GetTableOptimizerOutput};
use platform::{Ctx, Handle, Result};

use crate::catalog::table;
use crate::{Glue, optimize, place};

impl Handle<GetTableOptimizer> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetTableOptimizerInput,
    ) -> Result<GetTableOptimizerOutput> {
        let catalog = Some(input.catalog_id.as_str());
        let (database, name) =
            place::table(ctx, catalog, &input.database_name, &input.table_name).await?;
        let row = ctx.read(|tx| {
            let table = table::find_to_change(tx, &database, &name)?;
            optimize::find(tx, &table, &input.r#type)
        })?;
        Ok(GetTableOptimizerOutput {
            catalog_id: Some(input.catalog_id),
            database_name: Some(database),
            table_name: Some(name),
            table_optimizer: Some(optimize::view(row, input.r#type)),
        })
    }
}
