//! As whom a crawler reads and writes: as a session of its role.
//!
//! What the session may see follows from that: its account's buckets, and where policies are asked,
//! what the role's policies allow. Where nobody asks policies the role need not be there.

use aquifer_policy::service_may_assume;
use iam_api::{Client, GetRoleInput, Role};
use platform::{Arn, AuthMode, Ctx, Principal, Result, auth_mode};

use super::Stop;
use super::definition::role_name;

/// What AWS calls the sessions of crawlers.
const SESSION: &str = "AWS-Crawler";

/// The context of a run, as the service, as the session of its role.
pub(super) async fn of(ctx: &Ctx, role: &str) -> Result<Ctx, Stop> {
    let (scope, role) = (ctx.scope(), role_name(role));
    let name = role.rsplit('/').next().unwrap_or(role);
    let id = match auth_mode(ctx) {
        AuthMode::Off | AuthMode::Verify => String::new(),
        AuthMode::Enforce => {
            let arn = Arn::global("iam", scope, &format!("role/{role}"));
            let found = find(ctx, name).await?.filter(|found| is_called(found, role));
            match found.filter(|found| trusts(found, ctx)) {
                Some(found) => found.role_id,
                None => {
                    return Err(Stop::Failed(format!(
                        "Service is unable to assume role {arn}. Please verify role's TrustPolicy"
                    )));
                }
            }
        }
    };
    let session = Principal::assumed_role(scope.partition(), scope.account, name, &id, SESSION);
    Ok(ctx.with_caller(session))
}

/// The context of a caller whose calls are made as a role that trusts this service.
pub(crate) async fn as_role(ctx: &Ctx, role: &str) -> Result<Ctx> {
    let own = ctx.with_caller(Principal::service(glue_api::SERVICE.principal));
    match of(&own, role).await {
        Ok(ctx) => Ok(ctx),
        Err(Stop::Failed(why)) => Err(glue_api::error::glue_encryption_exception(why)),
        Err(_) => Err(glue_api::error::glue_encryption_exception("The run is over.")),
    }
}

async fn find(ctx: &Ctx, name: &str) -> Result<Option<Role>> {
    let input = GetRoleInput { role_name: name.to_owned() };
    match Client::get_role(ctx, input).await {
        Ok(output) => Ok(Some(output.role)),
        Err(fail) if fail.is("NoSuchEntity") || fail.is(iam_api::SERVICE.validation_code) => {
            Ok(None)
        }
        Err(fail) => Err(fail),
    }
}

/// A role may be named with its path or without.
fn is_called(role: &Role, name: &str) -> bool {
    role.arn.ends_with(&format!("/{name}"))
}

/// Whether a role lets this service assume it.
fn trusts(role: &Role, ctx: &Ctx) -> bool {
    let text = role.assume_role_policy_document.as_deref().unwrap_or_default();
    // IAM answers documents percent-encoded.
    let text = percent_encoding::percent_decode_str(text).decode_utf8_lossy();
    let account = ctx.scope().account;
    service_may_assume(&text, glue_api::SERVICE.principal, &role.arn, account.as_str())
}
