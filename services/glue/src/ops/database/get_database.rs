//! `GetDatabase`: one database.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_GetDatabase.html>

use glue_api::{GetDatabase, GetDatabaseInput, GetDatabaseOutput};
use platform::{Ctx, Handle, Result};

use crate::Glue;
use crate::catalog::database;
use crate::place;

impl Handle<GetDatabase> for Glue {
    async fn handle(&self, ctx: &Ctx, input: GetDatabaseInput) -> Result<GetDatabaseOutput> {
        let name = place::database(ctx, input.catalog_id.as_deref(), &input.name).await?;
        let row = ctx.read(|tx| database::find(tx, &name))?;
        Ok(GetDatabaseOutput { database: Some(row.database.0) })
    }
}
