//! `BatchDeletePartition`: removes up to 25 partitions; those absent are answered as errors.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_BatchDeletePartition.html>

use glue_api::{
    BatchDeletePartition, BatchDeletePartitionInput, BatchDeletePartitionOutput, PartitionError,
};
use platform::{Ctx, Handle, Result};

use crate::catalog::{partition, table};
use crate::{Glue, error, place};

impl Handle<BatchDeletePartition> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: BatchDeletePartitionInput,
    ) -> Result<BatchDeletePartitionOutput> {
        let catalog = input.catalog_id.as_deref();
        let (database, name) =
            place::table(ctx, catalog, &input.database_name, &input.table_name).await?;
        let errors = ctx
            .write(|tx| {
                let table = table::find_to_change(tx, &database, &name)?;
                let mut errors = Vec::new();
                for item in input.partitions_to_delete {
                    match partition::delete(tx, &table, &item.values) {
                        Err(fail) if fail.is("EntityNotFoundException") => {
                            errors.push(PartitionError {
                                partition_values: Some(item.values),
                                error_detail: Some(error::detail(&fail)),
                            });
                        }
                        done => done?,
                    }
                }
                Ok::<_, platform::Fail>(errors)
            })
            .await?;
        Ok(BatchDeletePartitionOutput { errors: Some(errors) })
    }
}
