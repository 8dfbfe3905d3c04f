//! `GetPartition`: one partition.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartition.html>

use glue_api::{GetPartition, GetPartitionInput, GetPartitionOutput};
use platform::{Ctx, Handle, Result};

use crate::catalog::{partition, table};
use crate::{Glue, error, place};

impl Handle<GetPartition> for Glue {
    async fn handle(&self, ctx: &Ctx, input: GetPartitionInput) -> Result<GetPartitionOutput> {
        let catalog = input.catalog_id.as_deref();
        let (database, name) =
            place::table(ctx, catalog, &input.database_name, &input.table_name).await?;
        let found = ctx.read(|tx| {
            let table = table::find(tx, &database, &name)?;
            partition::check_values(&table, &input.partition_values)?;
            partition::get(tx, &table, &input.partition_values)
        })?;
        let found = found.ok_or_else(error::no_partition)?;
        Ok(GetPartitionOutput { partition: Some(found) })
    }
}
