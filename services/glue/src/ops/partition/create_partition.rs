//! `CreatePartition`: adds a partition to a table.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_CreatePartition.html>

use glue_api::{CreatePartition, CreatePartitionInput, CreatePartitionOutput};
use platform::{Ctx, Handle, Result};

use crate::catalog::{Maker, partition, table};
use crate::{Glue, place};

impl Handle<CreatePartition> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: CreatePartitionInput,
    ) -> Result<CreatePartitionOutput> {
        let catalog = input.catalog_id.as_deref();
        let (database, name) =
            place::table(ctx, catalog, &input.database_name, &input.table_name).await?;
        let maker = Maker::of(ctx);
        ctx.write(|tx| {
            let table = table::find_to_change(tx, &database, &name)?;
            partition::create(tx, &maker, &table, input.partition_input)
        })
        .await?;
        Ok(CreatePartitionOutput::default())
    }
}
