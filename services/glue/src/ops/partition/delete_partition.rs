//! `DeletePartition`: removes a partition.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_DeletePartition.html>

use glue_api::{DeletePartition, DeletePartitionInput, DeletePartitionOutput};
use platform::{Ctx, Handle, Result};

use crate::catalog::{partition, table};
use crate::{Glue, place};

impl Handle<DeletePartition> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeletePartitionInput,
    ) -> Result<DeletePartitionOutput> {
        let catalog = input.catalog_id.as_deref();
        let (database, name) =
            place::table(ctx, catalog, &input.database_name, &input.table_name).await?;
        ctx.write(|tx| {
            let table = table::find_to_change(tx, &database, &name)?;
            partition::delete(tx, &table, &input.partition_values)
        })
        .await?;
        Ok(DeletePartitionOutput::default())
    }
}
