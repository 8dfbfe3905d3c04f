//! `DeleteDatabase`: removes a database and everything in it.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteDatabase.html>

use glue_api::{DeleteDatabase, DeleteDatabaseInput, DeleteDatabaseOutput};
use platform::{Ctx, Handle, Result};

use crate::Glue;
use crate::catalog::{Maker, database};
use crate::place;

impl Handle<DeleteDatabase> for Glue {
    async fn handle(&self, ctx: &Ctx, input: DeleteDatabaseInput) -> Result<DeleteDatabaseOutput> {
        let name = place::database(ctx, input.catalog_id.as_deref(), &input.name).await?;
        let maker = Maker::of(ctx);
        ctx.write(|tx| database::delete(tx, &maker, &name)).await?;
        Ok(DeleteDatabaseOutput::default())
    }
}
