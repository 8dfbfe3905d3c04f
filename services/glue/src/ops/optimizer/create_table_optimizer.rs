//! `CreateTableOptimizer`: a table is looked after from now on.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_CreateTableOptimizer.html>

use glue_api::{CreateTableOptimizer, CreateTableOptimizerInput, CreateTableOptimizerOutput};
use platform::{Ctx, Handle, Result};

use crate::catalog::table;
use crate::{Glue, optimize, place};

impl Handle<CreateTableOptimizer> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: CreateTableOptimizerInput,
    ) -> Result<CreateTableOptimizerOutput> {
        let catalog = Some(input.catalog_id.as_str());
        let (database, name) =
            place::table(ctx, catalog, &input.database_name, &input.table_name).await?;
        let now = ctx.now();
        let (kind, configuration) = (input.r#type, input.table_optimizer_configuration);
        ctx.write(|tx| {
            let table = table::find_to_change(tx, &database, &name)?;
            optimize::create(tx, now, &table, &kind, configuration)
        })
        .await?;
        Ok(CreateTableOptimizerOutput::default())
    }
}
