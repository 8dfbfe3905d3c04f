//! `CreatePartitionIndex`: an index over some of a table's partition keys.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_CreatePartitionIndex.html>

use glue_api::{CreatePartitionIndex, CreatePartitionIndexInput, CreatePartitionIndexOutput};
use platform::{Ctx, Handle, Result};

use crate::catalog::{index, table};
use crate::{Glue, place};

impl Handle<CreatePartitionIndex> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: CreatePartitionIndexInput,
    ) -> Result<CreatePartitionIndexOutput> {
        let catalog = input.catalog_id.as_deref();
        let (database, name) =
            place::table(ctx, catalog, &input.database_name, &input.table_name).await?;
        let now = ctx.now();
        ctx.write(|tx| {
            let table = table::find_to_change(tx, &database, &name)?;
            index::create(tx, now, &table, input.partition_index)
        })
        .await?;
        Ok(CreatePartitionIndexOutput {})
    }
}
