//! The resource policy of a catalog.

mod delete_resource_policy;
mod get_resource_policies;
mod get_resource_policy;
mod put_resource_policy;

use platform::ServiceBuilder;

use crate::Glue;

pub(crate) fn register(room: ServiceBuilder<Glue>) -> ServiceBuilder<Glue> {
    room.op::<glue_api::DeleteResourcePolicy>()
        .op::<glue_api::GetResourcePolicies>()
        .op::<glue_api::GetResourcePolicy>()
        .op::<glue_api::PutResourcePolicy>()
}
