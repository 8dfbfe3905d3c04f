//! `DeleteTableOptimizer`: a table is no longer looked after.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteTableOptimizer.html>

use glue_api::{DeleteTableOptimizer, DeleteTableOptimizerInput, DeleteTableOptimizerOutput};
use platform::{Ctx, Handle, Result};

use crate::catalog::table;
use crate::{Glue, optimize, place};

impl Handle<DeleteTableOptimizer> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteTableOptimizerInput,
    ) -> Result<DeleteTableOptimizerOutput> {
        let catalog = Some(input.catalog_id.as_str());
        let (database, name) =
            place::table(ctx, catalog, &input.database_name, &input.table_name).await?;
        let kind = input.r#type;
        ctx.write(|tx| {
            let table = table::find_to_change(tx, &database, &name)?;
            optimize::delete(tx, &table, &kind)
        })
        .await?;
        Ok(DeleteTableOptimizerOutput::default())
    }
}
