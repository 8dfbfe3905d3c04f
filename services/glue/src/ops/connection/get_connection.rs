//! `GetConnection`: one connection, with or without its password.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_GetConnection.html>

use glue_api::{GetConnection, GetConnectionInput, GetConnectionOutput};
use platform::{Ctx, Handle, Result};

use crate::{Glue, connection, place};

impl Handle<GetConnection> for Glue {
    async fn handle(&self, ctx: &Ctx, input: GetConnectionInput) -> Result<GetConnectionOutput> {
        place::catalog(ctx, input.catalog_id.as_deref())?;
        let row = ctx.read(|tx| connection::find(tx, &input.name))?;
        let hide = input.hide_password == Some(true);
        Ok(GetConnectionOutput { connection: Some(connection::view(self, ctx, row, hide).await?) })
    }
}
