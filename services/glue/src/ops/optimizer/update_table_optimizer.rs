//! `UpdateTableOptimizer`: how a table is looked after.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateTableOptimizer.html>

use glue_api::{UpdateTableOptimizer, UpdateTableOptimizerInput, UpdateTableOptimizerOutput};
use platform::{Ctx, Handle, Result};

use crate::catalog::table;
use crate::{Glue, optimize, place};

impl Handle<UpdateTableOptimizer> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: UpdateTableOptimizerInput,
    ) -> Result<UpdateTableOptimizerOutput> {
        let catalog = Some(input.catalog_id.as_str());
        let (database, name) =
            place::table(ctx, catalog, &input.database_name, &input.table_name).await?;
        let (kind, configuration) = (input.r#type, input.table_optimizer_configuration);
        ctx.write(|tx| {
            let table = table::find_to_change(tx, &database, &name)?;
            optimize::update(tx, &table, &kind, configuration)
        })
        .await?;
        Ok(UpdateTableOptimizerOutput::default())
    }
}
