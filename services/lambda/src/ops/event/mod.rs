//! What is done with calls that nobody waits for.

mod delete_function_event_invoke_config;
mod get_function_event_invoke_config;
mod list_function_event_invoke_configs;
mod put_function_event_invoke_config;
mod update_function_event_invoke_config;

use lambda_api as api;
use platform::{Result, ServiceBuilder, Stored};

use crate::names::{self, LATEST, Named};
use crate::store::Function;
use crate::{Lambda, error};

pub(crate) fn register(room: ServiceBuilder<Lambda>) -> ServiceBuilder<Lambda> {
    room.op::<api::DeleteFunctionEventInvokeConfig>()
        .op::<api::GetFunctionEventInvokeConfig>()
        .op::<api::ListFunctionEventInvokeConfigs>()
        .op::<api::PutFunctionEventInvokeConfig>()
        .op::<api::UpdateFunctionEventInvokeConfig>()
}

/// The qualifier under which settings are kept.
fn key(named: &Named) -> &str {
    named.qualifier.as_deref().unwrap_or(LATEST)
}

/// The ARN by which settings are shown.
fn arn(named: &Named) -> String {
    names::arn(named.ctx.scope(), &named.name, Some(key(named)))
}

/// The settings of a function.
fn there<'a>(
    function: &'a Function,
    named: &Named,
) -> Result<&'a Stored<api::FunctionEventInvokeConfig>> {
    function.events.get(key(named)).ok_or_else(|| error::no_event_config(&named.arn()))
}
