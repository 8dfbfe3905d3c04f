//! `GetColumnStatisticsForPartition`: what is known of columns of one partition.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_GetColumnStatisticsForPartition.html>

use glue_api::{
    GetColumnStatisticsForPartition, GetColumnStatisticsForPartitionInput,
    GetColumnStatisticsForPartitionOutput,
};
use platform::{Ctx, Handle, Result};

use crate::catalog::{statistics, table};
use crate::{Glue, place};

impl Handle<GetColumnStatisticsForPartition> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetColumnStatisticsForPartitionInput,
    ) -> Result<GetColumnStatisticsForPartitionOutput> {
        let catalog = input.catalog_id.as_deref();
        let (database, name) =
            place::table(ctx, catalog, &input.database_name, &input.table_name).await?;
        let (found, errors) = ctx.read(|tx| {
            let table = table::find(tx, &database, &name)?;
            statistics::get(tx, &table, Some(&input.partition_values), &input.column_names)
        })?;
        Ok(GetColumnStatisticsForPartitionOutput {
            column_statistics_list: Some(found),
            errors: Some(errors),
        })
    }
}
