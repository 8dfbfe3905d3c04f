//! Calls to other rooms that a room makes for itself, on account of a resource of its own: now, or
//! once the transaction is accepted that calls for them.

use aquifer_ctx::{Ctx, Source};
use aquifer_jobs::{Delivery, Jobs, Sender, outbox};
use aquifer_store::WriteTx;
use aquifer_types::{Principal, Scope, Timestamp};

use crate::call::call;
use crate::fail::{Fail, Result};
use crate::operation::Operation;
use crate::pipeline::Platform;

/// Codes of refusals that are over some time later.
const PASSING: [&str; 3] = ["RequestThrottled", "Throttling", "ThrottlingException"];

/// Who calls, for what, and on whose resources.
#[derive(Debug, Clone)]
pub struct OnBehalf {
    /// The room as a principal: `s3.amazonaws.com`.
    pub principal: &'static str,
    /// The resource that is the reason.
    pub source: Source,
    /// Whose resources are acted on.
    pub target: Scope,
}

/// Calls an operation of another room as the room itself, now.
///
/// # Errors
/// What the operation answers.
pub async fn call_as<Op: Operation>(
    ctx: &Ctx,
    who: &OnBehalf,
    input: Op::Input,
) -> Result<Op::Output> {
    let OnBehalf { principal, source, target } = who.clone();
    let ctx = ctx.with_caller(Principal::service(principal)).with_source(source);
    call::<Op>(&ctx.with_scope(target), input).await
}

/// Calls an operation of another room as the room itself, once this transaction is accepted. It is
/// tried again, later and later, until it succeeds or is refused for good.
///
/// # Errors
/// If the store cannot be read or the input is too large.
pub fn call_later<Op: Operation>(
    tx: &WriteTx<'_>,
    at: Timestamp,
    who: &OnBehalf,
    input: &Op::Input,
) -> Result<()> {
    let sender = Sender {
        principal: who.principal.to_owned(),
        source: who.source.arn.clone(),
        source_account: who.source.account.clone(),
        target: who.target.clone(),
    };
    let delivery = Delivery {
        service: Op::SCHEMA.service.name.to_owned(),
        operation: Op::SCHEMA.name.to_owned(),
        input: aquifer_wire::stored::to_bytes(input),
        sender: Some(sender),
    };
    Ok(outbox(tx, at, &delivery)?)
}

impl Platform {
    /// Makes the calls of the outbox from here on.
    pub fn deliver_calls(&self, jobs: &Jobs) {
        let platform = self.clone();
        jobs.deliver_with(move |ctx, delivery| {
            let platform = platform.clone();
            async move { platform.deliver(&ctx, delivery).await.map_err(anyhow::Error::from) }
        });
    }

    async fn deliver(&self, ctx: &Ctx, delivery: Delivery) -> Result<()> {
        let Delivery { service, operation, input, sender } = delivery;
        let Some(registered) = self.registry().operation(&service, &operation).cloned() else {
            return Err(Fail::not_implemented(&service, &operation));
        };
        let mut value = (registered.new_input)();
        aquifer_wire::stored::from_bytes(&input, &mut *value).map_err(Fail::internal)?;
        let ctx = match sender {
            Some(Sender { principal, source, source_account, target }) => ctx
                .with_caller(Principal::service(&principal))
                .with_source(Source { arn: source, account: source_account })
                .with_scope(target),
            None => ctx.clone(),
        };
        match self.run(&ctx, &registered, value).await {
            Err(fail) if fail.status() < 500 && !PASSING.contains(&fail.code()) => {
                // It would be refused again: the queue is gone, or does not let the caller in.
                tracing::warn!(service, operation, %fail, "a delivery was refused and is dropped");
                Ok(())
            }
            done => done.map(drop),
        }
    }
}
