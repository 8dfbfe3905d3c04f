//! Connections to stores of data.

mod batch_delete_connection;
mod create_connection;
mod delete_connection;
mod get_connection;
mod get_connections;
mod update_connection;

use platform::ServiceBuilder;

use crate::Glue;

pub(super) fn register(room: ServiceBuilder<Glue>) -> ServiceBuilder<Glue> {
    room.op::<glue_api::BatchDeleteConnection>()
        .op::<glue_api::CreateConnection>()
        .op::<glue_api::DeleteConnection>()
        .op::<glue_api::GetConnection>()
        .op::<glue_api::GetConnections>()
        .op::<glue_api::UpdateConnection>()
}
