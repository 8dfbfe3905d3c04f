//! `BatchDeleteTableVersion`: forgets several things a table was.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_BatchDeleteTableVersion.html>

use glue_api::{
    BatchDeleteTableVersion, BatchDeleteTableVersionInput, BatchDeleteTableVersionOutput,
    TableVersionError,
};
use platform::{Ctx, Handle, Result};

use crate::catalog::table;
use crate::{Glue, error, place};

impl Handle<BatchDeleteTableVersion> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: BatchDeleteTableVersionInput,
    ) -> Result<BatchDeleteTableVersionOutput> {
        let catalog = input.catalog_id.as_deref();
        let (database, name) =
            place::table(ctx, catalog, &input.database_name, &input.table_name).await?;
        let errors = ctx
            .write(|tx| {
                let row = table::find_to_change(tx, &database, &name)?;
                let mut errors = Vec::new();
                for id in &input.version_ids {
                    match table::delete_version(tx, &row, id) {
                        Err(fail) if fail.is_sender() => errors.push(TableVersionError {
                            table_name: Some(name.clone()),
                            version_id: Some(id.clone()),
                            error_detail: Some(error::detail(&fail)),
                        }),
                        done => done?,
                    }
                }
                Ok::<_, platform::Fail>(errors)
            })
            .await?;
        Ok(BatchDeleteTableVersionOutput { errors: Some(errors) })
    }
}
