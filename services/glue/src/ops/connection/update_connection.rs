//! `UpdateConnection`: describes a connection anew.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateConnection.html>

use glue_api::{UpdateConnection, UpdateConnectionInput, UpdateConnectionOutput};
use platform::{Ctx, Handle, Result};

use crate::store::CONNECTIONS;
use crate::{Glue, connection, error, place};

impl Handle<UpdateConnection> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: UpdateConnectionInput,
    ) -> Result<UpdateConnectionOutput> {
        place::catalog(ctx, input.catalog_id.as_deref())?;
        let name = input.name;
        if input.connection_input.name != name {
            return Err(error::invalid("The name of a connection cannot be changed."));
        }
        let old = ctx.read(|tx| connection::find(tx, &name))?;
        let row = connection::described(self, ctx, input.connection_input, Some(old)).await?;
        ctx.write(|tx| {
            connection::find(tx, &name)?;
            Ok::<_, platform::Fail>(CONNECTIONS.put(tx, name.as_str(), &row)?)
        })
        .await?;
        Ok(UpdateConnectionOutput {})
    }
}
