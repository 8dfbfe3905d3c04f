//! Aliases.

mod create_alias;
mod delete_alias;
mod get_alias;
mod list_aliases;
mod update_alias;

use lambda_api as api;
use platform::ServiceBuilder;

use crate::Lambda;

pub(crate) fn register(room: ServiceBuilder<Lambda>) -> ServiceBuilder<Lambda> {
    room.op::<api::CreateAlias>()
        .op::<api::DeleteAlias>()
        .op::<api::GetAlias>()
        .op::<api::ListAliases>()
        .op::<api::UpdateAlias>()
}
