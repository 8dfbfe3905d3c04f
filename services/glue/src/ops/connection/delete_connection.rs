//! `DeleteConnection`: a connection is no more.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteConnection.html>

use glue_api::{DeleteConnection, DeleteConnectionInput, DeleteConnectionOutput};
use platform::{Ctx, Handle, Result};

use crate::{Glue, connection, place};

impl Handle<DeleteConnection> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteConnectionInput,
    ) -> Result<DeleteConnectionOutput> {
        place::catalog(ctx, input.catalog_id.as_deref())?;
        ctx.write(|tx| connection::delete(tx, &input.connection_name)).await?;
        Ok(DeleteConnectionOutput {})
    }
}
