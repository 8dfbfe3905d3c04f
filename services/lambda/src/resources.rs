//! What functions say when access to them is judged: their policies let in other accounts, and the
//! services that call them.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html>

use platform::{Arn, Asked, Ctx, PrincipalKind, ResourceAccess, Resources, Result, Scope};

use crate::names;
use crate::store::FUNCTIONS;

/// The functions of all accounts.
pub(crate) struct OfFunctions;

impl Resources for OfFunctions {
    fn access(&self, ctx: &Ctx, asked: Asked<'_>) -> Result<Option<ResourceAccess>> {
        let Some((scope, name, qualifier)) = names::of_arn(asked.resource) else {
            return Ok(scope_of(asked.resource).map(|scope| ResourceAccess::of(scope.account)));
        };
        let mut access = ResourceAccess::of(scope.account);
        // AWS: a service needs the function's leave to call it, whoever told it to.
        access.asks_services = true;
        let row = ctx.with_scope(scope).read(|tx| FUNCTIONS.get(tx, name))?;
        let policy = row.and_then(|row| row.policies.get(qualifier.unwrap_or_default()).cloned());
        access.policies.extend(policy.map(|policy| policy.document.into()));
        Ok(Some(access))
    }

    fn opens_some(&self) -> bool {
        true
    }

    fn opens(&self, ctx: &Ctx, resource: &Arn) -> Result<bool> {
        let foreign = ctx.caller().account != resource.account();
        let service = ctx.caller().kind == PrincipalKind::Service;
        Ok((foreign || service) && scope_of(resource).is_some())
    }
}

fn scope_of(resource: &Arn) -> Option<Scope> {
    Some(Scope::new(resource.account()?, resource.region()?))
}
