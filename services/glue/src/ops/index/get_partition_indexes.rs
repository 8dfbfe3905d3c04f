//! `GetPartitionIndexes`: the indexes of a table, and how far they are.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitionIndexes.html>

use glue_api::{GetPartitionIndexes, GetPartitionIndexesInput, GetPartitionIndexesOutput};
use platform::{Ctx, Handle, Result};

use crate::catalog::{index, table};
use crate::{Glue, error, place};

impl Handle<GetPartitionIndexes> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetPartitionIndexesInput,
    ) -> Result<GetPartitionIndexesOutput> {
        let catalog = input.catalog_id.as_deref();
        let (database, name) =
            place::table(ctx, catalog, &input.database_name, &input.table_name).await?;
        // A table has no more indexes than a page holds.
        if input.next_token.is_some_and(|token| !token.is_empty()) {
            return Err(error::bad_token());
        }
        let indexes = ctx.read(|tx| {
            let table = table::find(tx, &database, &name)?;
            index::list(tx, &table)
        })?;
        Ok(GetPartitionIndexesOutput {
            partition_index_descriptor_list: Some(indexes),
            next_token: None,
        })
    }
}
