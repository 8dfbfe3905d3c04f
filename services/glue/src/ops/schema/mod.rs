//! Schemas of registries.

mod create_schema;
mod delete_schema;
mod get_schema;
mod list_schemas;
mod update_schema;

use platform::ServiceBuilder;

use crate::Glue;

pub(super) fn register(room: ServiceBuilder<Glue>) -> ServiceBuilder<Glue> {
    room.op::<glue_api::CreateSchema>()
        .op::<glue_api::DeleteSchema>()
        .op::<glue_api::GetSchema>()
        .op::<glue_api::ListSchemas>()
        .op::<glue_api::UpdateSchema>()
}
