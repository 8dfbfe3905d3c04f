//! Policies of functions.

mod add_permission;
mod get_policy;
mod remove_permission;

use lambda_api as api;
use platform::ServiceBuilder;

use crate::Lambda;

pub(crate) fn register(room: ServiceBuilder<Lambda>) -> ServiceBuilder<Lambda> {
    room.op::<api::AddPermission>().op::<api::GetPolicy>().op::<api::RemovePermission>()
}
