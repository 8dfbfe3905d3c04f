//! `DeleteColumnStatisticsForPartition`: what is known of a column of one partition is forgotten.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteColumnStatisticsForPartition.html>

use glue_api::{
    DeleteColumnStatisticsForPartition, DeleteColumnStatisticsForPartitionInput,
    DeleteColumnStatisticsForPartitionOutput,
};
use platform::{Ctx, Handle, Result};

use crate::catalog::{statistics, table};
use crate::{Glue, place};

impl Handle<DeleteColumnStatisticsForPartition> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteColumnStatisticsForPartitionInput,
    ) -> Result<DeleteColumnStatisticsForPartitionOutput> {
        let catalog = input.catalog_id.as_deref();
        let (database, name) =
            place::table(ctx, catalog, &input.database_name, &input.table_name).await?;
        ctx.write(|tx| {
            let table = table::find(tx, &database, &name)?;
            statistics::delete(tx, &table, Some(&input.partition_values), &input.column_name)
        })
        .await?;
        Ok(DeleteColumnStatisticsForPartitionOutput {})
    }
}
