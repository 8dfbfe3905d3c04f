//! User-defined functions.

mod create_user_defined_function;
mod delete_user_defined_function;
mod get_user_defined_function;
mod get_user_defined_functions;
mod update_user_defined_function;

use platform::ServiceBuilder;

use crate::Glue;

pub(super) fn register(room: ServiceBuilder<Glue>) -> ServiceBuilder<Glue> {
    room.op::<glue_api::CreateUserDefinedFunction>()
        .op::<glue_api::DeleteUserDefinedFunction>()
        .op::<glue_api::GetUserDefinedFunction>()
        .op::<glue_api::GetUserDefinedFunctions>()
        .op::<glue_api::UpdateUserDefinedFunction>()
}
