//! `BatchCreatePartition`: adds up to a hundred partitions; those that exist are answered as errors.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_BatchCreatePartition.html>

use glue_api::{
    BatchCreatePartition, BatchCreatePartitionInput, BatchCreatePartitionOutput, PartitionError,
};
use platform::{Ctx, Handle, Result};

use crate::catalog::{Maker, partition, table};
use crate::{Glue, error, place};

impl Handle<BatchCreatePartition> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: BatchCreatePartitionInput,
    ) -> Result<BatchCreatePartitionOutput> {
        let catalog = input.catalog_id.as_deref();
        let (database, name) =
            place::table(ctx, catalog, &input.database_name, &input.table_name).await?;
        let maker = Maker::of(ctx);
        let errors = ctx
            .write(|tx| {
                let table = table::find_to_change(tx, &database, &name)?;
                let mut errors = Vec::new();
                for described in input.partition_input_list {
                    let partition_values = described.values.clone();
                    match partition::create(tx, &maker, &table, described) {
                        Err(fail) if fail.is("AlreadyExistsException") => {
                            let error_detail = Some(error::detail(&fail));
                            errors.push(PartitionError { partition_values, error_detail });
                        }
                        done => done?,
                    }
                }
                Ok::<_, platform::Fail>(errors)
            })
            .await?;
        Ok(BatchCreatePartitionOutput { errors: Some(errors) })
    }
}
