//! `DeletePartitionIndex`: an index is no more.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_DeletePartitionIndex.html>

use glue_api::{DeletePartitionIndex, DeletePartitionIndexInput, DeletePartitionIndexOutput};
use platform::{Ctx, Handle, Result};

use crate::catalog::{index, table};
use crate::{Glue, place};

impl Handle<DeletePartitionIndex> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeletePartitionIndexInput,
    ) -> Result<DeletePartitionIndexOutput> {
        let catalog = input.catalog_id.as_deref();
        let (database, name) =
            place::table(ctx, catalog, &input.database_name, &input.table_name).await?;
        let now = ctx.now();
        ctx.write(|tx| {
            let table = table::find_to_change(tx, &database, &name)?;
            index::delete(tx, now, &table, &input.index_name)
        })
        .await?;
        Ok(DeletePartitionIndexOutput {})
    }
}
