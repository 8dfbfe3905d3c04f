//! `BatchUpdatePartition`: describes up to a hundred partitions anew, or moves them.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_BatchUpdatePartition.html>

use glue_api::{
    BatchUpdatePartition, BatchUpdatePartitionFailureEntry, BatchUpdatePartitionInput,
    BatchUpdatePartitionOutput,
};
use platform::{Ctx, Handle, Result};

use crate::catalog::{partition, table};
use crate::{Glue, error, place};

impl Handle<BatchUpdatePartition> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: BatchUpdatePartitionInput,
    ) -> Result<BatchUpdatePartitionOutput> {
        let catalog = input.catalog_id.as_deref();
        let (database, name) =
            place::table(ctx, catalog, &input.database_name, &input.table_name).await?;
        let errors = ctx
            .write(|tx| {
                let table = table::find_to_change(tx, &database, &name)?;
                let mut errors = Vec::new();
                for entry in input.entries {
                    let values = entry.partition_value_list;
                    match partition::update(tx, &table, &values, entry.partition_input) {
                        Err(fail)
                            if fail.is("EntityNotFoundException")
                                || fail.is("AlreadyExistsException") =>
                        {
                            errors.push(BatchUpdatePartitionFailureEntry {
                                partition_value_list: Some(values),
                                error_detail: Some(error::detail(&fail)),
                            });
                        }
                        done => done?,
                    }
                }
                Ok::<_, platform::Fail>(errors)
            })
            .await?;
        Ok(BatchUpdatePartitionOutput { errors: Some(errors) })
    }
}
