//! Attributes of topics: which there are, what they may be, and what they are where nobody said.
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html>

use std::collections::BTreeMap;

use aquifer_policy::{Document, DocumentKind};
use platform::{AccountId, Result};
use serde_json::{Value, json};

use crate::store::Topic;
use crate::{error, names};

/// The longest a topic's policy may be.
const POLICY_MAX: usize = 30_720;
/// The longest a name shown to people may be, in characters.
const DISPLAY_NAME_MAX: usize = 100;

/// Attributes that need what is not here, and the one value of each that asks for nothing.
const ABSENT: &[(&str, &str)] = &[
    ("ArchivePolicy", ""),
    ("KmsMasterKeyId", ""),
    ("SignatureVersion", "1"),
    ("TracingConfig", "PassThrough"),
];

/// Attributes of FIFO topics, and what they may be.
const FIFO_ONLY: &[(&str, &[&str])] = &[
    ("ContentBasedDeduplication", &["true", "false"]),
    ("FifoThroughputScope", &["Topic", "MessageGroup"]),
    ("FifoTopic", &["true"]),
];

impl Topic {
    pub fn is_fifo(&self) -> bool {
        self.name.ends_with(names::FIFO_SUFFIX)
    }

    pub fn is(&self, name: &str, value: &str) -> bool {
        self.attributes.get(name).is_some_and(|set| set == value)
    }

    /// Its policy, or that which lets in the identities of its account.
    pub fn policy(&self, arn: &str, owner: AccountId) -> String {
        match self.attributes.get("Policy") {
            Some(policy) => policy.clone(),
            None => default_policy(arn, owner),
        }
    }

    /// The attributes clients may read, but for the counts of subscriptions.
    pub fn shown(&self, arn: &str, owner: AccountId) -> BTreeMap<String, String> {
        let mut shown = self.attributes.clone();
        let mut put = |name: &str, value: String| {
            shown.entry(name.to_owned()).or_insert(value);
        };
        put("TopicArn", arn.to_owned());
        put("Owner", owner.to_string());
        put("DisplayName", String::new());
        put("Policy", self.policy(arn, owner));
        put("EffectiveDeliveryPolicy", effective_delivery(self.attributes.get("DeliveryPolicy")));
        if self.is_fifo() {
            put("FifoTopic", "true".to_owned());
            put("ContentBasedDeduplication", "false".to_owned());
            put("FifoThroughputScope", "Topic".to_owned());
        }
        shown
    }
}

/// Checks attributes to be set on a new topic.
///
/// # Errors
/// AWS's refusal of names it does not know and values it does not take.
pub(crate) fn check_all(given: &BTreeMap<String, String>, fifo: bool) -> Result<()> {
    given.iter().try_for_each(|(name, value)| match check(name, value, fifo) {
        // AWS: the reason is told inside another when a topic is made.
        Err(fail) if fail.is("InvalidParameter") => {
            let reason = fail.message().trim_start_matches("Invalid parameter: ").to_owned();
            Err(error::invalid(format!("Attributes Reason: {reason}")))
        }
        checked => checked,
    })
}

/// Checks an attribute to be set.
///
/// # Errors
/// As [`check_all`].
pub(crate) fn check(name: &str, value: &str, fifo: bool) -> Result<()> {
    if let Some((_, nothing)) = ABSENT.iter().find(|(known, _)| *known == name) {
        return if value == *nothing {
            Ok(())
        } else {
            Err(error::absent(&format!("The attribute {name} of sns")))
        };
    }
    if name.ends_with("FeedbackRoleArn") || name.ends_with("FeedbackSampleRate") {
        return Err(error::absent("The log of deliveries of sns"));
    }
    if let Some((_, values)) = FIFO_ONLY.iter().find(|(known, _)| *known == name) {
        return match (fifo, values.contains(&value)) {
            (false, _) if name == "FifoTopic" && value == "false" => Ok(()),
            (true, true) => Ok(()),
            _ => Err(error::invalid(name)),
        };
    }
    match name {
        "DeliveryPolicy" if value.is_empty() => Ok(()),
        "DeliveryPolicy" => match serde_json::from_str(value) {
            Ok(Value::Object(_)) => Ok(()),
            _ => Err(error::invalid("DeliveryPolicy: failed to parse JSON.")),
        },
        "DisplayName" if value.chars().count() <= DISPLAY_NAME_MAX => Ok(()),
        "Policy" if value.is_empty() => Ok(()),
        "Policy" if value.len() > POLICY_MAX => {
            Err(error::invalid("Policy Error: Policy is too long"))
        }
        "Policy" => match Document::parse(value, DocumentKind::Resource) {
            Ok(_) => Ok(()),
            Err(_) => Err(error::invalid("Policy Error: null")),
        },
        "DisplayName" => Err(error::invalid(name)),
        _ => Err(error::invalid("AttributeName")),
    }
}

/// Sets an attribute: one that is empty is as it was at first.
pub(crate) fn set(topic: &mut Topic, name: &str, value: String) {
    if value.is_empty() || (name == "FifoTopic" && value == "false") {
        topic.attributes.remove(name);
    } else {
        topic.attributes.insert(name.to_owned(), value);
    }
}

/// What a topic lets its account do, where nobody said otherwise.
fn default_policy(arn: &str, owner: AccountId) -> String {
    let actions = [
        "SNS:GetTopicAttributes",
        "SNS:SetTopicAttributes",
        "SNS:AddPermission",
        "SNS:RemovePermission",
        "SNS:DeleteTopic",
        "SNS:Subscribe",
        "SNS:ListSubscriptionsByTopic",
        "SNS:Publish",
    ];
    let policy = json!({
        "Version": "2008-10-17",
        "Id": "__default_policy_ID",
        "Statement": [{
            "Sid": "__default_statement_ID",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": actions,
            "Resource": arn,
            "Condition": {"StringEquals": {"AWS:SourceOwner": owner.as_str()}},
        }],
    });
    policy.to_string()
}

/// How endpoints of the protocol HTTP are tried, where nobody said otherwise.
fn effective_delivery(set: Option<&String>) -> String {
    let mut policy = json!({
        "http": {
            "defaultHealthyRetryPolicy": {
                "minDelayTarget": 20, "maxDelayTarget": 20, "numRetries": 3,
                "numMaxDelayRetries": 0, "numNoDelayRetries": 0, "numMinDelayRetries": 0,
                "backoffFunction": "linear",
            },
            "disableSubscriptionOverrides": false,
            "defaultRequestPolicy": {"headerContentType": "text/plain; charset=UTF-8"},
        },
    });
    let set = set.and_then(|text| serde_json::from_str::<Value>(text).ok());
    if let Some(Value::Object(http)) = set.as_ref().and_then(|set| set.get("http")) {
        for (name, value) in http {
            policy["http"][name] = value.clone();
        }
    }
    policy.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_have_their_values() {
        for (name, value, fifo, code) in [
            ("DisplayName", "x", false, None),
            ("Policy", "{}", false, Some("InvalidParameter")),
            ("Policy", "", false, None),
            ("Colour", "x", false, Some("InvalidParameter")),
            ("TopicArn", "x", false, Some("InvalidParameter")),
            ("ContentBasedDeduplication", "true", false, Some("InvalidParameter")),
            ("ContentBasedDeduplication", "true", true, None),
            ("KmsMasterKeyId", "alias/a", false, Some("NotImplemented")),
            ("TracingConfig", "PassThrough", false, None),
            ("SQSSuccessFeedbackRoleArn", "x", false, Some("NotImplemented")),
        ] {
            let fail = check(name, value, fifo).err();
            assert_eq!(fail.as_ref().map(platform::Fail::code), code, "{name} {value}");
        }
    }
}
