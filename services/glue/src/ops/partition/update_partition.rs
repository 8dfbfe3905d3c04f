//! `UpdatePartition`: describes a partition anew, or moves it to other values.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_UpdatePartition.html>

use glue_api::{UpdatePartition, UpdatePartitionInput, UpdatePartitionOutput};
use platform::{Ctx, Handle, Result};

use crate::catalog::{partition, table};
use crate::{Glue, place};

impl Handle<UpdatePartition> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: UpdatePartitionInput,
    ) -> Result<UpdatePartitionOutput> {
        let catalog = input.catalog_id.as_deref();
        let (database, name) =
            place::table(ctx, catalog, &input.database_name, &input.table_name).await?;
        ctx.write(|tx| {
            let table = table::find_to_change(tx, &database, &name)?;
            partition::update(tx, &table, &input.partition_value_list, input.partition_input)
        })
        .await?;
        Ok(UpdatePartitionOutput::default())
    }
}
