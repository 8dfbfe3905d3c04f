//! `BatchDeleteConnection`: several connections are no more.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_BatchDeleteConnection.html>

use glue_api::{BatchDeleteConnection, BatchDeleteConnectionInput, BatchDeleteConnectionOutput};
use platform::{Ctx, Handle, Result};

use crate::{Glue, connection, error, place};

impl Handle<BatchDeleteConnection> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: BatchDeleteConnectionInput,
    ) -> Result<BatchDeleteConnectionOutput> {
        place::catalog(ctx, input.catalog_id.as_deref())?;
        let mut errors = std::collections::BTreeMap::new();
        let mut succeeded = Vec::new();
        for name in input.connection_name_list {
            match ctx.write(|tx| connection::delete(tx, &name)).await {
                Ok(()) => succeeded.push(name),
                Err(fail) if fail.is("EntityNotFoundException") => {
                    errors.insert(name, error::detail(&fail));
                }
                Err(fail) => return Err(fail),
            }
        }
        Ok(BatchDeleteConnectionOutput { succeeded: Some(succeeded), errors: Some(errors) })
    }
}
