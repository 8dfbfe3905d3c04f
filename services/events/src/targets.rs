//! Targets: who they may be, and how an event gets to them.

use events_api::Target;
use lambda_api::{InvocationType, Invoke, InvokeInput};
use platform::{Arn, Ctx, OnBehalf, Result, Scope, Source, WriteTx, call_later};
use serde_json::Value;
use sns_api::{Publish, PublishInput};
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
    if !matches!(arn.service(), "sqs" | "sns" | "lambda") {
        return Err(error::absent(&format!("A target of the service {}", arn.service())));
    }
    if Destination::of(&target.arn).is_none() {
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
    if arn.service() == "sqs" && arn.resource().ends_with(".fifo") {
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
    let Some(to) = Destination::of(&target.arn) else { return Ok(()) };
    let rule_arn = place::rule_arn(ctx.scope(), bus, rule);
    let ingestion_time = ctx.now().floor_millis().rfc3339();
    let known = Known { rule_arn: &rule_arn, rule_name: rule, ingestion_time };
    let text = input::of(target, event, &known);
    let account = ctx.scope().account.as_str().to_owned();
    let source = Source { arn: rule_arn, account };
    let as_rule =
        |scope| OnBehalf { principal: events_api::SERVICE.principal, source, target: scope };
    match to {
        Destination::Queue(scope, queue_url) => {
            let sqs = target.sqs_parameters.as_ref();
            let input = SendMessageInput {
                queue_url,
                message_body: text,
                message_group_id: sqs.and_then(|sqs| sqs.message_group_id.clone()),
                ..SendMessageInput::default()
            };
            call_later::<SendMessage>(tx, ctx.now(), &as_rule(scope), &input)
        }
        Destination::Topic(scope) => {
            let topic_arn = Some(target.arn.clone());
            let input = PublishInput { topic_arn, message: text, ..PublishInput::default() };
            call_later::<Publish>(tx, ctx.now(), &as_rule(scope), &input)
        }
        Destination::Function(scope) => {
            let input = InvokeInput {
                function_name: target.arn.clone(),
                invocation_type: Some(InvocationType::Event),
                payload: Some(text.into()),
                ..InvokeInput::default()
            };
            call_later::<Invoke>(tx, ctx.now(), &as_rule(scope), &input)
        }
    }
}

/// What a target's ARN names.
enum Destination {
    /// A queue: where it is, and the path of its URL.
    Queue(Scope, String),
    /// A topic.
    Topic(Scope),
    /// A function.
    Function(Scope),
}

impl Destination {
    fn of(arn: &str) -> Option<Self> {
        let arn: Arn = arn.parse().ok()?;
        let scope = Scope::new(arn.account()?, arn.region()?);
        if arn.service() == "lambda" {
            let name = arn.resource().strip_prefix("function:")?;
            let good = !name.is_empty() && name.split(':').count() <= 2;
            return good.then_some(Self::Function(scope));
        }
        let name =
            Some(arn.resource()).filter(|name| !name.is_empty() && !name.contains([':', '/']))?;
        match arn.service() {
            "sqs" => Some(Self::Queue(scope.clone(), format!("/{}/{name}", scope.account))),
            "sns" => Some(Self::Topic(scope)),
            _ => None,
        }
    }
}
