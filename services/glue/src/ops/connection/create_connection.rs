//! `CreateConnection`: where a store is, and who asks it.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_CreateConnection.html>

use glue_api::{CreateConnection, CreateConnectionInput, CreateConnectionOutput};
use platform::{Ctx, Handle, Result};

use crate::ops::tag;
use crate::store::CONNECTIONS;
use crate::{Glue, connection, error, place};
use glue_api::ConnectionStatus;

impl Handle<CreateConnection> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: CreateConnectionInput,
    ) -> Result<CreateConnectionOutput> {
        place::catalog(ctx, input.catalog_id.as_deref())?;
        let name = input.connection_input.name.clone();
        let tags = input.tags.unwrap_or_default();
        let row = connection::described(self, ctx, input.connection_input, None).await?;
        ctx.write(|tx| {
            if CONNECTIONS.contains(tx, name.as_str())? {
                return Err(error::connection_exists(&name));
            }
            connection::check_room(tx)?;
            tag::put_new(tx, &format!("connection/{name}"), tags.clone())?;
            Ok(CONNECTIONS.put(tx, name.as_str(), &row)?)
        })
        .await?;
        Ok(CreateConnectionOutput { create_connection_status: Some(ConnectionStatus::Ready) })
    }
}
