//! `GetColumnStatisticsForTable`: what is known of columns of a table.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_GetColumnStatisticsForTable.html>

use glue_api::{
    GetColumnStatisticsForTable, GetColumnStatisticsForTableInput,
    GetColumnStatisticsForTableOutput,
};
use platform::{Ctx, Handle, Result};

use crate::catalog::{statistics, table};
use crate::{Glue, place};

impl Handle<GetColumnStatisticsForTable> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetColumnStatisticsForTableInput,
    ) -> Result<GetColumnStatisticsForTableOutput> {
        let catalog = input.catalog_id.as_deref();
        let (database, name) =
            place::table(ctx, catalog, &input.database_name, &input.table_name).await?;
        let (found, errors) = ctx.read(|tx| {
            let table = table::find(tx, &database, &name)?;
            statistics::get(tx, &table, None, &input.column_names)
        })?;
        Ok(GetColumnStatisticsForTableOutput {
            column_statistics_list: Some(found),
            errors: Some(errors),
        })
    }
}
