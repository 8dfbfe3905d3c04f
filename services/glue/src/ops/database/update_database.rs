//! `UpdateDatabase`: describes a database anew.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateDatabase.html>

use glue_api::{UpdateDatabase, UpdateDatabaseInput, UpdateDatabaseOutput};
use platform::{Ctx, Handle, Result};

use crate::Glue;
use crate::catalog::database;
use crate::place;

impl Handle<UpdateDatabase> for Glue {
    async fn handle(&self, ctx: &Ctx, input: UpdateDatabaseInput) -> Result<UpdateDatabaseOutput> {
        let name = place::database(ctx, input.catalog_id.as_deref(), &input.name).await?;
        ctx.write(|tx| database::update(tx, &name, input.database_input)).await?;
        Ok(UpdateDatabaseOutput::default())
    }
}
