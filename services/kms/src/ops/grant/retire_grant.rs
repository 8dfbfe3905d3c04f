//! `RetireGrant`: ends a grant, at the will of those it is for.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_RetireGrant.html>

use kms_api::{RetireGrant, RetireGrantInput, RetireGrantOutput, error as api_error};
use platform::{Arn, AuthMode, Ctx, Handle, Principal, PrincipalKind, Result};

use super::no_grant;
use crate::access::{self, Ask};
use crate::find::{self, Found};
use crate::grants::Place;
use crate::model::GrantRow;
use crate::{Kms, error, policy};

impl Handle<RetireGrant> for Kms {
    async fn handle(&self, ctx: &Ctx, input: RetireGrantInput) -> Result<RetireGrantOutput> {
        let place = match (input.grant_token, input.key_id, input.grant_id) {
            (Some(token), None, None) => Place::of_token(&token).ok_or_else(|| {
                api_error::invalid_grant_token_exception(format!(
                    "Grant token {token} is not valid."
                ))
            })?,
            (None, Some(key), Some(grant_id)) => {
                let found = find::by_id(ctx, &key)?;
                Place { scope: found.scope, key_id: found.key.id, grant_id }
            }
            _ => {
                return Err(error::invalid(
                    "Specify either a grant token, or a key ID and a grant ID.",
                ));
            }
        };
        let grant = ctx.read(|tx| place.read(tx))?.ok_or_else(|| no_grant(&place.grant_id))?;
        let (scope, id) = (place.scope.clone(), place.key_id.clone());
        let found = ctx.read(|tx| find::read(tx, scope, id, None))?;
        if !may(ctx, &found, &grant) {
            access::require(ctx, &found, "kms:RetireGrant", Ask::default()).await?;
        }
        found.key.not_being_deleted(&found.scope)?;
        if input.dry_run == Some(true) {
            return Err(error::dry_run());
        }
        match ctx.write(|tx| place.delete(tx)).await? {
            true => Ok(RetireGrantOutput::default()),
            false => Err(no_grant(&place.grant_id)),
        }
    }
}

/// Whether the grant itself lets the caller retire it: who is named for that, whoever it is for if
/// it says so, and the account that gave it.
fn may(ctx: &Ctx, found: &Found, grant: &GrantRow) -> bool {
    if platform::auth_mode(ctx) != AuthMode::Enforce {
        return ctx.caller().account == Some(found.scope.account);
    }
    let caller = ctx.caller();
    let is = |principal: &str| {
        let by_arn = caller.arn.as_ref().is_some_and(|arn| arn.as_str() == principal);
        let by_account = caller.account.is_some_and(|account| account.as_str() == principal);
        by_arn || by_account || is_role_of(caller, principal)
    };
    let root = caller.kind == PrincipalKind::Root
        && caller.account.is_some()
        && grant.issuer == policy::root_arn(&found.scope).as_str()
        && caller.account == Some(found.scope.account);
    root || grant.retiring.as_deref().is_some_and(is)
        || is(&grant.grantee) && grant.operations.iter().any(|name| name == "RetireGrant")
}

/// Whether the caller is a session of the role that is named.
fn is_role_of(caller: &Principal, named: &str) -> bool {
    let (Some(name), Ok(arn)) = (caller.role_name(), named.parse::<Arn>()) else { return false };
    let last = arn.resource_id().rsplit('/').next();
    arn.account() == caller.account && arn.resource_type() == Some("role") && last == Some(name)
}
