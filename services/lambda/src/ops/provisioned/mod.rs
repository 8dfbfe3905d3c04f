//! Sandboxes that are ready before anybody calls.

mod delete_provisioned_concurrency_config;
mod get_provisioned_concurrency_config;
mod list_provisioned_concurrency_configs;
mod put_provisioned_concurrency_config;

use lambda_api::{self as api, ProvisionedConcurrencyStatusEnum as Status};
use platform::{Result, Scope, ServiceBuilder};

use crate::names::Named;
use crate::store::Provisioned;
use crate::{Lambda, error, names, provisioned, versions};

pub(crate) fn register(room: ServiceBuilder<Lambda>) -> ServiceBuilder<Lambda> {
    room.op::<api::DeleteProvisionedConcurrencyConfig>()
        .op::<api::GetProvisionedConcurrencyConfig>()
        .op::<api::ListProvisionedConcurrencyConfigs>()
        .op::<api::PutProvisionedConcurrencyConfig>()
}

/// The version or the alias that a request names.
async fn open(
    ctx: &platform::Ctx,
    action: &str,
    function: &str,
    qualifier: &str,
) -> Result<(Named, (Scope, String, String))> {
    let named = names::open(ctx, action, function, Some(qualifier)).await?;
    if qualifier == names::LATEST {
        return Err(error::invalid(
            "Provisioned Concurrency Configs cannot be applied to unpublished function versions.",
        ));
    }
    named.ctx.read(|tx| versions::find(tx, &named))?;
    let key = (named.ctx.scope().clone(), named.name.clone(), qualifier.to_owned());
    Ok((named, key))
}

/// How far a row is: how many are asked for, how many are ready, and what that is called.
fn state(room: &Lambda, named: &Named, row: &Provisioned) -> Result<(i32, i32, Status)> {
    let asked = i32::try_from(row.count).unwrap_or(i32::MAX);
    let ready = i32::try_from(provisioned::ready(room, named)?).unwrap_or(i32::MAX).min(asked);
    let status = if ready == asked { Status::Ready } else { Status::InProgress };
    Ok((asked, ready, status))
}

/// A time as these answers write it.
fn written(time: platform::Timestamp) -> String {
    format!("{}+0000", time.floor_millis().rfc3339().trim_end_matches('Z'))
}
