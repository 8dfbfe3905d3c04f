//! Attributes of subscriptions.
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html>

use std::collections::BTreeMap;

use platform::{Result, Scope};
use serde_json::Value as Json;

use crate::store::Subscription;
use crate::{endpoint, error, filter};

/// Attributes that clients set.
const NAMES: &[&str] =
    &["FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy"];
/// Attributes that need what is not here.
const ABSENT: &[&str] = &["DeliveryPolicy", "ReplayPolicy", "SubscriptionRoleArn"];

/// Checks an attribute, and writes it the way it is kept.
///
/// # Errors
/// AWS's refusal of names it does not know and values it does not take.
pub(crate) fn check(scope: &Scope, fifo: bool, name: &str, value: &str) -> Result<String> {
    if ABSENT.contains(&name) {
        return Err(error::absent(&format!("The attribute {name} of subscriptions")));
    }
    if !NAMES.contains(&name) {
        return Err(error::invalid("AttributeName"));
    }
    match name {
        "RawMessageDelivery" => match value.to_ascii_lowercase().as_str() {
            flag @ ("true" | "false") => Ok(flag.to_owned()),
            _ => Err(error::invalid(format!(
                "RawMessageDelivery: Invalid value [{value}]. Must be true or false."
            ))),
        },
        "FilterPolicyScope" => filter::check_scope(value).map(|()| value.to_owned()),
        "RedrivePolicy" if !value.is_empty() => {
            let Ok(Json::Object(map)) = serde_json::from_str(value) else {
                return Err(error::invalid("RedrivePolicy: failed to parse JSON."));
            };
            let arn = map.get("deadLetterTargetArn").and_then(Json::as_str).unwrap_or_default();
            let Some((queue, path)) = endpoint::queue(arn) else {
                return Err(error::invalid("RedrivePolicy: deadLetterTargetArn is an invalid arn"));
            };
            if queue != *scope {
                return Err(error::invalid(
                    "RedrivePolicy: deadLetterTargetArn must be in the region and account of the \
                     subscription",
                ));
            }
            if path.ends_with(".fifo") != fifo {
                return Err(error::invalid(
                    "RedrivePolicy: must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO \
                     Topic, and a standard queue otherwise",
                ));
            }
            Ok(value.to_owned())
        }
        _ => Ok(value.to_owned()),
    }
}

/// Sets checked attributes: one that is empty goes. Whether they are good together is checked too.
///
/// # Errors
/// AWS's refusal of a policy that its scope does not take.
pub(crate) fn set(subscription: &mut Subscription, given: BTreeMap<String, String>) -> Result<()> {
    for (name, value) in given {
        if value.is_empty() || (name == "FilterPolicy" && value.trim() == "{}") {
            subscription.attributes.remove(&name);
        } else {
            subscription.attributes.insert(name, value);
        }
    }
    if subscription.is_raw() && subscription.protocol == endpoint::LAMBDA {
        return Err(error::invalid(
            "RawMessageDelivery: Delivery protocol [lambda] does not support raw message delivery.",
        ));
    }
    let attributes = &subscription.attributes;
    let of_body = attributes.get("FilterPolicyScope").is_some_and(|scope| scope == "MessageBody");
    match attributes.get("FilterPolicy") {
        Some(policy) => filter::check(policy, of_body).map_err(error::invalid),
        None => Ok(()),
    }
}

impl Subscription {
    /// Whether it is sent the message and nothing around it.
    pub fn is_raw(&self) -> bool {
        self.attributes.get("RawMessageDelivery").is_some_and(|raw| raw == "true")
    }

    /// The queue for what cannot be delivered.
    pub fn dead_letters(&self) -> Option<String> {
        let policy: Json = serde_json::from_str(self.attributes.get("RedrivePolicy")?).ok()?;
        policy.get("deadLetterTargetArn").and_then(Json::as_str).map(str::to_owned)
    }

    /// The attributes clients may read.
    pub fn shown(&self, topic_arn: &str, arn: &str) -> BTreeMap<String, String> {
        let mut shown = self.attributes.clone();
        let mut put = |name: &str, value: String| {
            shown.entry(name.to_owned()).or_insert(value);
        };
        put("SubscriptionArn", arn.to_owned());
        put("TopicArn", topic_arn.to_owned());
        put("Protocol", self.protocol.clone());
        put("Endpoint", self.endpoint.clone());
        put("Owner", self.owner.to_string());
        put("SubscriptionPrincipal", self.principal.clone());
        put("PendingConfirmation", self.token.is_some().to_string());
        put("ConfirmationWasAuthenticated", self.authenticated.to_string());
        put("RawMessageDelivery", "false".to_owned());
        if self.attributes.contains_key("FilterPolicy") {
            put("FilterPolicyScope", "MessageAttributes".to_owned());
        }
        shown
    }
}
