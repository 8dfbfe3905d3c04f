//! `BatchGetPartition`: up to a thousand partitions by their values; those absent are left out.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_BatchGetPartition.html>

use glue_api::{BatchGetPartition, BatchGetPartitionInput, BatchGetPartitionOutput};
use platform::{Ctx, Handle, Result};

use crate::catalog::{partition, table};
use crate::{Glue, error, place};

impl Handle<BatchGetPartition> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: BatchGetPartitionInput,
    ) -> Result<BatchGetPartitionOutput> {
        if input.query_session_context.is_some() {
            return Err(error::absent("BatchGetPartition.QuerySessionContext"));
        }
        let catalog = input.catalog_id.as_deref();
        let (database, name) =
            place::table(ctx, catalog, &input.database_name, &input.table_name).await?;
        let partitions = ctx.read(|tx| {
            let table = table::find(tx, &database, &name)?;
            let mut found = Vec::with_capacity(input.partitions_to_get.len());
            for item in &input.partitions_to_get {
                partition::check_values(&table, &item.values)?;
                found.extend(partition::get(tx, &table, &item.values)?);
            }
            Ok::<_, platform::Fail>(found)
        })?;
        Ok(BatchGetPartitionOutput {
            partitions: Some(partitions),
            unprocessed_keys: Some(Vec::new()),
        })
    }
}
