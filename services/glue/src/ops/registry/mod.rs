//! Registries of schemas.

mod create_registry;
mod delete_registry;
mod get_registry;
mod list_registries;
mod update_registry;

use platform::ServiceBuilder;

use crate::Glue;

pub(super) fn register(room: ServiceBuilder<Glue>) -> ServiceBuilder<Glue> {
    room.op::<glue_api::CreateRegistry>()
        .op::<glue_api::DeleteRegistry>()
        .op::<glue_api::GetRegistry>()
        .op::<glue_api::ListRegistries>()
        .op::<glue_api::UpdateRegistry>()
}
