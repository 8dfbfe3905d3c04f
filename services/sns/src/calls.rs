//! Functions as endpoints: each message is one call that nobody waits for.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html>

use lambda_api::{InvocationType, Invoke, InvokeInput};
use platform::{Ctx, Fail, Result, call_as};
use serde_json::{Value, json};

use crate::lanes::{Sent, bury, on_behalf, sort};
use crate::store::{Parcel, Subscription};
use crate::{endpoint, names};

/// Calls the function of a subscription with what is in its lane, one after the other.
///
/// # Errors
/// If a dead letter could not be sent.
pub(crate) async fn send(
    ctx: &Ctx,
    (topic, id): (&str, &str),
    subscription: &Subscription,
    batch: &[(u64, Parcel)],
) -> Result<Sent> {
    let mut sent = Sent { done: Vec::new(), later: None };
    let mut dead = Vec::new();
    let arn = &subscription.endpoint;
    let Some(target) = endpoint::function(arn) else {
        sent.done = batch.iter().map(|(number, _)| *number).collect();
        return Ok(sent);
    };
    let who = on_behalf(ctx, topic, target);
    let subscription_arn = format!("{}:{id}", names::arn(ctx.scope(), topic));
    for (number, parcel) in batch {
        let input = InvokeInput {
            function_name: arn.clone(),
            invocation_type: Some(InvocationType::Event),
            payload: Some(event(&subscription_arn, &parcel.body).into()),
            ..InvokeInput::default()
        };
        match call_as::<Invoke>(ctx, &who, input).await {
            Ok(_) => sent.done.push(*number),
            Err(fail) => {
                let fail = Fail::new(fail.code().to_owned(), fail.status(), fail.message());
                sort(ctx, (*number, parcel), fail, &mut dead, &mut sent.later);
                if sent.later.is_some() {
                    break;
                }
            }
        }
    }
    for (number, parcel, fail) in dead {
        bury(ctx, topic, subscription, parcel, &fail).await?;
        sent.done.push(number);
    }
    Ok(sent)
}

/// What a function is called with: the letter, in the words that functions are used to.
fn event(subscription_arn: &str, letter: &str) -> String {
    let mut letter: Value = serde_json::from_str(letter).unwrap_or_default();
    if let Value::Object(fields) = &mut letter {
        for (name, other) in
            [("UnsubscribeURL", "UnsubscribeUrl"), ("SubscribeURL", "SubscribeUrl")]
        {
            if let Some(url) = fields.remove(name) {
                fields.insert(other.to_owned(), url);
            }
        }
        fields.entry("Subject").or_insert(Value::Null);
        fields.entry("MessageAttributes").or_insert_with(|| json!({}));
    }
    let record = json!({
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription_arn,
        "Sns": letter,
    });
    json!({ "Records": [record] }).to_string()
}
