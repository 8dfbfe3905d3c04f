//! Who is told how calls ended that nobody waited for: destinations, and the queue or topic for dead
//! letters. They are sent to in the name of the function's role.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>

use std::collections::BTreeMap;

use events_api::{PutEventsInput, PutEventsRequestEntry};
use lambda_api::{DestinationConfig, InvocationType, InvokeInput};
use platform::{Arn, Ctx, Fail, Result, Scope};
use serde_json::{Value, json};
use sns_api::PublishInput;
use sqs_api::SendMessageInput;

use crate::names::{self, LATEST, Named};
use crate::store::{Ended, Event, Version};
use crate::{error, role};

/// The longest message of an error that a dead letter carries.
const ERROR_MAX: usize = 1_000;

/// Whether something can be a destination here.
///
/// # Errors
/// AWS's refusals, and those by name.
pub(crate) fn check(config: Option<&DestinationConfig>) -> Result<()> {
    let Some(config) = config else { return Ok(()) };
    let success = config.on_success.as_ref().and_then(|on| on.destination.as_deref());
    let failure = config.on_failure.as_ref().and_then(|on| on.destination.as_deref());
    for arn in success.into_iter().chain(failure).filter(|arn| !arn.is_empty()) {
        let parsed = arn.parse::<Arn>().ok();
        match parsed.as_ref().map(Arn::service) {
            Some("sqs" | "sns" | "events" | "lambda") if !arn.ends_with(".fifo") => {}
            Some("s3" | "kafka") => {
                return Err(error::absent("A destination that is a bucket or a cluster"));
            }
            _ => {
                return Err(error::invalid(format!(
                    "The provided destination config DestinationConfig(destination={arn}) is \
                     invalid."
                )));
            }
        }
    }
    Ok(())
}

/// Tells everyone who wants to know how a call ended.
///
/// # Errors
/// If somebody could not be told who may be later.
pub(crate) async fn tell(
    named: &Named,
    version: &Version,
    set: Option<&DestinationConfig>,
    event: &Event,
    ended: &Ended,
) -> Result<()> {
    let config = &version.config.0;
    let dead = config.dead_letter_config.as_ref().and_then(|dead| dead.target_arn.clone());
    let dead = dead.filter(|_| !ended.success);
    let to = set.and_then(|set| match ended.success {
        true => set.on_success.as_ref().and_then(|on| on.destination.clone()),
        false => set.on_failure.as_ref().and_then(|on| on.destination.clone()),
    });
    let to = to.filter(|to| !to.is_empty());
    if dead.is_none() && to.is_none() {
        return Ok(());
    }
    let role = config.role.as_deref().unwrap_or_default();
    let ctx = role::context(&named.ctx, role, &named.name).await?;
    if let Some(to) = to {
        settled(&to, send(&ctx, named, &to, envelope(named, event, ended), ended).await)?;
    }
    if let Some(dead) = dead {
        settled(&dead, bury(&ctx, named, &dead, event, ended).await)?;
    }
    Ok(())
}

/// What is refused for good is dropped.
fn settled(to: &str, sent: Result<()>) -> Result<()> {
    match sent {
        Err(fail) if fail.is_sender() && fail.status() != 429 => {
            tracing::warn!(to, %fail, "the end of a call was not taken and is dropped");
            Ok(())
        }
        sent => sent,
    }
}

fn envelope(named: &Named, event: &Event, ended: &Ended) -> Value {
    let qualifier = named.qualifier.as_deref().unwrap_or(LATEST);
    let parsed = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap_or_default();
    let mut envelope = json!({
        "version": "1.0",
        "timestamp": named.ctx.now().floor_millis().rfc3339_millis(),
        "requestContext": {
            "requestId": named.ctx.request_id(),
            "functionArn": names::arn(named.ctx.scope(), &named.name, Some(qualifier)),
            "condition": ended.condition,
            "approximateInvokeCount": event.runs,
        },
        "requestPayload": parsed(&event.payload.0),
    });
    if let Some(version) = &ended.version {
        envelope["responseContext"] = json!({ "statusCode": 200, "executedVersion": version });
        if !ended.success {
            envelope["responseContext"]["functionError"] = json!("Unhandled");
        }
        envelope["responsePayload"] = parsed(&ended.payload.0);
    }
    envelope
}

async fn send(ctx: &Ctx, named: &Named, to: &str, envelope: Value, ended: &Ended) -> Result<()> {
    let text = envelope.to_string();
    let Some((arn, scope)) = place(to) else { return Ok(()) };
    match arn.service() {
        "sqs" => {
            let input = SendMessageInput {
                queue_url: queue_url(&arn, &scope),
                message_body: text,
                ..SendMessageInput::default()
            };
            sqs_api::Client::send_message(&ctx.with_scope(scope), input).await.map(drop)
        }
        "sns" => {
            let topic_arn = Some(to.to_owned());
            let input = PublishInput { topic_arn, message: text, ..PublishInput::default() };
            sns_api::Client::publish(&ctx.with_scope(scope), input).await.map(drop)
        }
        "lambda" => {
            let input = InvokeInput {
                function_name: to.to_owned(),
                invocation_type: Some(InvocationType::Event),
                payload: Some(text.into()),
                ..InvokeInput::default()
            };
            lambda_api::Client::invoke(&ctx.with_scope(scope), input).await.map(drop)
        }
        _ => {
            let how = if ended.success { "Success" } else { "Failure" };
            let entry = PutEventsRequestEntry {
                source: Some("lambda".to_owned()),
                detail_type: Some(format!("Lambda Function Invocation Result - {how}")),
                detail: Some(text),
                event_bus_name: Some(to.to_owned()),
                resources: Some(vec![to.to_owned(), named.arn()]),
                ..PutEventsRequestEntry::default()
            };
            let input = PutEventsInput { entries: vec![entry], endpoint_id: None };
            events_api::Client::put_events(ctx, input).await.map(drop)
        }
    }
}

/// Sends what a function was called with to where dead letters go.
async fn bury(ctx: &Ctx, named: &Named, to: &str, event: &Event, ended: &Ended) -> Result<()> {
    let Some((arn, scope)) = place(to) else { return Ok(()) };
    let said: Value = serde_json::from_slice(&ended.payload.0).unwrap_or_default();
    let said = said["errorMessage"].as_str().unwrap_or(&ended.condition);
    let said: String = said.chars().take(ERROR_MAX).collect();
    let attributes = [
        ("RequestID", "String", named.ctx.request_id().to_owned()),
        ("ErrorCode", "Number", "200".to_owned()),
        ("ErrorMessage", "String", said),
    ];
    let text = String::from_utf8(event.payload.0.clone()).map_err(Fail::internal)?;
    let ctx = ctx.with_scope(scope.clone());
    if arn.service() == "sns" {
        let shown = attributes.map(|(name, kind, value)| {
            let value = sns_api::MessageAttributeValue {
                data_type: kind.to_owned(),
                string_value: Some(value),
                ..sns_api::MessageAttributeValue::default()
            };
            (name.to_owned(), value)
        });
        let input = PublishInput {
            topic_arn: Some(to.to_owned()),
            message: text,
            message_attributes: Some(BTreeMap::from(shown)),
            ..PublishInput::default()
        };
        return sns_api::Client::publish(&ctx, input).await.map(drop);
    }
    let shown = attributes.map(|(name, kind, value)| {
        let value = sqs_api::MessageAttributeValue {
            data_type: kind.to_owned(),
            string_value: Some(value),
            ..sqs_api::MessageAttributeValue::default()
        };
        (name.to_owned(), value)
    });
    let input = SendMessageInput {
        queue_url: queue_url(&arn, &scope),
        message_body: text,
        message_attributes: Some(BTreeMap::from(shown)),
        ..SendMessageInput::default()
    };
    sqs_api::Client::send_message(&ctx, input).await.map(drop)
}

/// What an ARN names, and where that is.
pub(crate) fn place(arn: &str) -> Option<(Arn, Scope)> {
    let arn: Arn = arn.parse().ok()?;
    let scope = Scope::new(arn.account()?, arn.region()?);
    Some((arn, scope))
}

/// The path of a queue's URL.
pub(crate) fn queue_url(arn: &Arn, scope: &Scope) -> String {
    format!("/{}/{}", scope.account, arn.resource())
}
