//! `UpdateColumnStatisticsForPartition`: what is known of the columns of one partition.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateColumnStatisticsForPartition.html>

use glue_api::{
    UpdateColumnStatisticsForPartition, UpdateColumnStatisticsForPartitionInput,
    UpdateColumnStatisticsForPartitionOutput,
};
use platform::{Ctx, Handle, Result};

use crate::catalog::{statistics, table};
use crate::{Glue, place};

impl Handle<UpdateColumnStatisticsForPartition> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: UpdateColumnStatisticsForPartitionInput,
    ) -> Result<UpdateColumnStatisticsForPartitionOutput> {
        let catalog = input.catalog_id.as_deref();
        let (database, name) =
            place::table(ctx, catalog, &input.database_name, &input.table_name).await?;
        let errors = ctx
            .write(|tx| {
                let table = table::find(tx, &database, &name)?;
                let values = Some(input.partition_values.as_slice());
                statistics::update(tx, &table, values, input.column_statistics_list)
            })
            .await?;
        Ok(UpdateColumnStatisticsForPartitionOutput { errors: Some(errors) })
    }
}
