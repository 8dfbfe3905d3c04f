//! What topics say when access to them is judged: their policies let in other accounts, and the
//! services that publish to them.
//!
//! <https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html>

use platform::{
    Arn, Asked, ConditionKeys, Ctx, PrincipalKind, ResourceAccess, Resources, Result, Scope,
};

use crate::store::TOPICS;

/// The topics of all accounts.
pub(crate) struct Topics;

impl Resources for Topics {
    fn access(&self, ctx: &Ctx, asked: Asked<'_>) -> Result<Option<ResourceAccess>> {
        let Some(scope) = scope_of(asked.resource) else { return Ok(None) };
        let (owner, name) = (scope.account, asked.resource.resource());
        let mut access = ResourceAccess::of(owner);
        // AWS: a service needs the topic's leave to publish to it, whoever told it to.
        access.asks_services = true;
        let topic = ctx.with_scope(scope).read(|tx| TOPICS.get(tx, name))?;
        if let Some(topic) = topic {
            access.policies.push(topic.policy(&asked.resource.to_string(), owner).into());
        }
        // Whose identity asks: what the policy that topics have at first is about.
        if ctx.caller().kind != PrincipalKind::Service
            && let Some(account) = ctx.caller().account
        {
            let keys: ConditionKeys =
                [("aws:sourceowner".to_owned(), vec![account.to_string()])].into_iter().collect();
            access.conditions.extend(keys);
        }
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
