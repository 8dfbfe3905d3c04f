//! Functions.

mod create_function;
mod delete_function;
mod get_account_settings;
mod get_function;
mod get_function_configuration;
mod invoke;
mod invoke_async;
mod list_functions;
mod update_function_code;
mod update_function_configuration;

use lambda_api as api;
use platform::ServiceBuilder;

use crate::Lambda;

pub(crate) fn register(room: ServiceBuilder<Lambda>) -> ServiceBuilder<Lambda> {
    room.op::<api::CreateFunction>()
        .op::<api::DeleteFunction>()
        .op::<api::GetAccountSettings>()
        .op::<api::GetFunction>()
        .op::<api::GetFunctionConfiguration>()
        .op::<api::Invoke>()
        .op::<api::InvokeAsync>()
        .op::<api::ListFunctions>()
        .op::<api::UpdateFunctionCode>()
        .op::<api::UpdateFunctionConfiguration>()
}
