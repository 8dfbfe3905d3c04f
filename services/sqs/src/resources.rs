//! What queues say when access to them is judged: their policies let in other accounts, and the
//! services that put messages into them.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-overview-of-managing-access.html>

use platform::{Arn, Asked, Ctx, PrincipalKind, ResourceAccess, Resources, Result, Scope};

use crate::store::{QUEUES, Queue};

/// What only the account of a queue may do, whatever its policy says.
const OWNERS: &[&str] = &[
    "sqs:AddPermission",
    "sqs:CancelMessageMoveTask",
    "sqs:CreateQueue",
    "sqs:DeleteQueue",
    "sqs:ListMessageMoveTasks",
    "sqs:ListQueueTags",
    "sqs:ListQueues",
    "sqs:RemovePermission",
    "sqs:SetQueueAttributes",
    "sqs:StartMessageMoveTask",
    "sqs:TagQueue",
    "sqs:UntagQueue",
];

/// The queues of all accounts.
pub(crate) struct Queues;

impl Resources for Queues {
    fn access(&self, ctx: &Ctx, asked: Asked<'_>) -> Result<Option<ResourceAccess>> {
        let Some(scope) = scope_of(asked.resource) else { return Ok(None) };
        let mut access = ResourceAccess::of(scope.account);
        // AWS: a service needs the queue's leave to send to it, whoever told it to.
        access.asks_services = true;
        if !OWNERS.contains(&asked.action)
            && let Some(queue) = find(ctx, &scope, asked.resource)?
        {
            let policy = queue.attributes.get("Policy");
            access.policies.extend(policy.map(|text| text.as_str().into()));
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

fn find(ctx: &Ctx, scope: &Scope, resource: &Arn) -> Result<Option<Queue>> {
    ctx.with_scope(scope.clone()).read(|tx| Ok(QUEUES.get(tx, resource.resource())?))
}
