//! `UpdateColumnStatisticsForTable`: what is known of a table's columns.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateColumnStatisticsForTable.html>

use glue_api::{
    UpdateColumnStatisticsForTable, UpdateColumnStatisticsForTableInput,
    UpdateColumnStatisticsForTableOutput,
};
use platform::{Ctx, Handle, Result};

use crate::catalog::{statistics, table};
use crate::{Glue, place};

impl Handle<UpdateColumnStatisticsForTable> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: UpdateColumnStatisticsForTableInput,
    ) -> Result<UpdateColumnStatisticsForTableOutput> {
        let catalog = input.catalog_id.as_deref();
        let (database, name) =
            place::table(ctx, catalog, &input.database_name, &input.table_name).await?;
        let errors = ctx
            .write(|tx| {
                let table = table::find(tx, &database, &name)?;
                statistics::update(tx, &table, None, input.column_statistics_list)
            })
            .await?;
        Ok(UpdateColumnStatisticsForTableOutput { errors: Some(errors) })
    }
}
