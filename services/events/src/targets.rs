//! Targets: who they may be, and how an event gets to them.

use events_api::Target;
use platform::{Arn, Ctx, OnBehalf, Result, Scope, Source, WriteTx, call_later};
use serde_json::Value;
use sqs_api::{SendMessage, SendMessageInput};

use crate::input::{self, Known};
use crate::{error, place};

/// Checks a target. Those that are not there are refused by name, and so is what would have to be
/// done for one that is.
///
/// # Errors
/// The refusals.
pub(crate) fn check(target: &Target) -> Result<()> {
    let Ok(arn) = target.arn.parse::<Arn>() else {
        return Err(error::invalid(format!(
            "Parameter {} is not valid. Reason: Provided Arn is not in correct format.",
            target.arn
        )));
    };
    if arn.service() != "sqs" {
        return Err(error::absent(&format!("A target of the service {}", arn.service())));
    }
    if queue(&target.arn).is_none() {
        return Err(error::invalid(format!(
            "Parameter {} is not valid. Reason: Provided Arn is not in correct format.",
            target.arn
        )));
    }
    for (name, given) in [
        ("DeadLetterConfig", target.dead_letter_config.is_some()),
        ("RetryPolicy", target.retry_policy.is_some()),
    ] {
        if given {
            return Err(error::absent(&format!("{name} of a target")));
        }
    }
    if arn.resource().ends_with(".fifo") {
        let group = target.sqs_parameters.as_ref().and_then(|sqs| sqs.message_group_id.as_ref());
        if group.is_none() {
            return Err(error::invalid(format!(
                "Parameter(s) SqsParameters must be specified for target: {}.",
                target.id
            )));
        }
    }
    input::check(target)
}

/// Puts what a target is sent of an event into the outbox.
///
/// # Errors
/// If the store cannot be read.
pub(crate) fn deliver(
    ctx: &Ctx,
    tx: &WriteTx<'_>,
    (bus, rule): (&str, &str),
    target: &Target,
    event: &Value,
) -> Result<()> {
    let Some((scope, queue_url)) = queue(&target.arn) else { return Ok(()) };
    let rule_arn = place::rule_arn(ctx.scope(), bus, rule);
    let ingestion_time = ctx.now().floor_millis().rfc3339();
    let known = Known { rule_arn: &rule_arn, rule_name: rule, ingestion_time };
    let input = SendMessageInput {
        queue_url,
        message_body: input::of(target, event, &known),
        message_group_id: target
            .sqs_parameters
            .as_ref()
            .and_then(|sqs| sqs.message_group_id.clone()),
        ..SendMessageInput::default()
    };
    let account = ctx.scope().account.as_str().to_owned();
    let source = Source { arn: rule_arn, account };
    let who = OnBehalf { principal: events_api::SERVICE.principal, source, target: scope };
    call_later::<SendMessage>(tx, ctx.now(), &who, &input)
}

/// A queue's ARN as the scope and the URL's path that name it.
fn queue(arn: &str) -> Option<(Scope, String)> {
    let arn: Arn = arn.parse().ok()?;
    let scope = Scope::new(arn.account()?, arn.region()?);
    let name = arn.resource();
    (!name.is_empty() && !name.contains([':', '/']))
        .then(|| (scope.clone(), format!("/{}/{name}", scope.account)))
}
