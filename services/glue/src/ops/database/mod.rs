//! Databases.

mod create_database;
mod delete_database;
mod get_database;
mod get_databases;
mod update_database;

use platform::ServiceBuilder;

use crate::Glue;

pub(super) fn register(room: ServiceBuilder<Glue>) -> ServiceBuilder<Glue> {
    room.op::<glue_api::CreateDatabase>()
        .op::<glue_api::DeleteDatabase>()
        .op::<glue_api::GetDatabase>()
        .op::<glue_api::GetDatabases>()
        .op::<glue_api::UpdateDatabase>()
}
