//! `BatchGetTableOptimizer`: how tables are looked after.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_BatchGetTableOptimizer.html>

use glue_api::{
    BatchGetTableOptimizer, BatchGetTableOptimizerEntry, BatchGetTableOptimizerError,
    BatchGetTableOptimizerInput, BatchGetTableOptimizerOutput, BatchTableOptimizer,
};
use platform::{Arn, Ctx, Handle, Result, require};

use crate::catalog::table;
use crate::{Glue, error, optimize, place};

impl Handle<BatchGetTableOptimizer> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: BatchGetTableOptimizerInput,
    ) -> Result<BatchGetTableOptimizerOutput> {
        let (mut found, mut failures) = (Vec::new(), Vec::new());
        for entry in input.entries {
            match one(ctx, &entry).await {
                Ok(optimizer) => found.push(optimizer),
                Err(fail) => failures.push(BatchGetTableOptimizerError {
                    error: Some(error::detail(&fail)),
                    catalog_id: entry.catalog_id,
                    database_name: entry.database_name,
                    table_name: entry.table_name,
                    r#type: entry.r#type,
                }),
            }
        }
        Ok(BatchGetTableOptimizerOutput { table_optimizers: Some(found), failures: Some(failures) })
    }
}

async fn one(ctx: &Ctx, entry: &BatchGetTableOptimizerEntry) -> Result<BatchTableOptimizer> {
    let missing = |name: &str| error::invalid(format!("{name} must not be null."));
    let database = entry.database_name.as_deref().ok_or_else(|| missing("databaseName"))?;
    let name = entry.table_name.as_deref().ok_or_else(|| missing("tableName"))?;
    let kind = entry.r#type.ok_or_else(|| missing("type"))?;
    let arn = Arn::new("glue", ctx.scope(), &format!("table/{database}/{name}"));
    require(ctx, &glue_api::SERVICE, "glue:GetTableOptimizer", arn.as_str()).await?;
    let (database, name) = place::table(ctx, entry.catalog_id.as_deref(), database, name).await?;
    let row = ctx.read(|tx| {
        let table = table::find_to_change(tx, &database, &name)?;
        optimize::find(tx, &table, &kind)
    })?;
    Ok(BatchTableOptimizer {
        catalog_id: entry.catalog_id.clone(),
        database_name: Some(database),
        table_name: Some(name),
        table_optimizer: Some(optimize::view(row, kind)),
    })
}
