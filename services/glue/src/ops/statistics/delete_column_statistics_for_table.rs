//! `DeleteColumnStatisticsForTable`: what is known of a column is forgotten.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteColumnStatisticsForTable.html>

use glue_api::{
    DeleteColumnStatisticsForTable, DeleteColumnStatisticsForTableInput,
    DeleteColumnStatisticsForTableOutput,
};
use platform::{Ctx, Handle, Result};

use crate::catalog::{statistics, table};
use crate::{Glue, place};

impl Handle<DeleteColumnStatisticsForTable> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteColumnStatisticsForTableInput,
    ) -> Result<DeleteColumnStatisticsForTableOutput> {
        let catalog = input.catalog_id.as_deref();
        let (database, name) =
            place::table(ctx, catalog, &input.database_name, &input.table_name).await?;
        ctx.write(|tx| {
            let table = table::find(tx, &database, &name)?;
            statistics::delete(tx, &table, None, &input.column_name)
        })
        .await?;
        Ok(DeleteColumnStatisticsForTableOutput {})
    }
}
