//! Filter policies: which messages a subscription is sent.
//!
//! A policy is an event pattern (`engines/expr`), held against a message's attributes, as an object
//! of their values, or against its body.
//!
//! <https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html>

use std::collections::BTreeMap;

use aquifer_expr::event_pattern::EventPattern;
use platform::Result;
use serde_json::{Map, Value as Json};

use crate::error;
use crate::store::{Subscription, Value};

/// The longest a policy may be.
const LENGTH_MAX: usize = 256 << 10;
/// The most attributes of messages that a policy names.
const NAMES_MAX: usize = 5;
/// The most combinations of values of a policy.
const COMBINATIONS_MAX: usize = 150;

/// Checks a policy for a scope.
///
/// # Errors
/// The reason.
pub(crate) fn check(text: &str, of_body: bool) -> std::result::Result<(), String> {
    let wrong = |reason: &str| Err(format!("FilterPolicy: {reason}"));
    if text.len() > LENGTH_MAX {
        return wrong("Filter policy is too long");
    }
    let Ok(policy) = serde_json::from_str::<Json>(text) else {
        return wrong("failed to parse JSON.");
    };
    let Json::Object(fields) = &policy else { return wrong("Filter policy must be an object") };
    if fields.is_empty() {
        return Ok(());
    }
    let mut found = Combinations { names: 0, product: 1 };
    found.count(fields, 1);
    if found.names > NAMES_MAX {
        return wrong("Filter policy can not have more than 5 keys");
    }
    if found.product > COMBINATIONS_MAX {
        return wrong("Filter policy is too complex");
    }
    let nested = |(name, value): (&String, &Json)| name != "$or" && value.is_object();
    if !of_body && fields.iter().any(nested) {
        return wrong(
            "Filter policy scope MessageAttributes does not support nested filter policy",
        );
    }
    EventPattern::parse(text).map(|_| ()).map_err(|error| format!("FilterPolicy: {error}"))
}

/// What AWS bounds of a policy: names, of nested ones the outermost ones, and combinations, where a
/// nested list counts as often as it is deep.
struct Combinations {
    names: usize,
    product: usize,
}

impl Combinations {
    fn count(&mut self, fields: &Map<String, Json>, depth: usize) {
        for (name, value) in fields {
            match value {
                Json::Array(list) if name == "$or" => {
                    for pattern in list.iter().filter_map(Json::as_object) {
                        self.count(pattern, depth);
                    }
                    continue;
                }
                Json::Array(list) => {
                    self.product = self.product.saturating_mul(list.len().max(1) * depth);
                }
                Json::Object(inner) => self.count(inner, depth + 1),
                _ => {}
            }
            if depth == 1 {
                self.names += 1;
            }
        }
    }
}

/// What a filter looks at, made once for all subscriptions.
pub(crate) struct Looked {
    attributes: Json,
    body: Option<Json>,
}

impl Looked {
    /// What there is of a message.
    pub fn at(body: &str, attributes: &BTreeMap<String, Value>) -> Self {
        let values =
            attributes.iter().filter_map(|(name, value)| Some((name.clone(), json(value)?)));
        let body = serde_json::from_str(body).ok().filter(Json::is_object);
        Self { attributes: Json::Object(values.collect()), body }
    }

    /// Whether a subscription wants the message.
    pub fn passes(&self, subscription: &Subscription) -> bool {
        let set = |name: &str| subscription.attributes.get(name).map(String::as_str);
        let Some(policy) = set("FilterPolicy").filter(|policy| policy.trim() != "{}") else {
            return true;
        };
        let looked = match set("FilterPolicyScope") {
            Some("MessageBody") => self.body.as_ref(),
            _ => Some(&self.attributes),
        };
        let pattern = EventPattern::parse(policy);
        looked.is_some_and(|looked| pattern.is_ok_and(|pattern| pattern.matches(looked)))
    }
}

/// The value of an attribute; bytes are not looked at.
fn json(value: &Value) -> Option<Json> {
    let text = value.text.as_ref()?;
    match value.kind.split('.').next()? {
        "Number" => text.trim().parse().ok().map(Json::Number),
        _ if value.kind == "String.Array" => serde_json::from_str(text).ok(),
        _ => Some(Json::String(text.clone())),
    }
}

/// Checks which part of messages a policy is about.
///
/// # Errors
/// AWS's refusal of other parts.
pub(crate) fn check_scope(scope: &str) -> Result<()> {
    if ["MessageAttributes", "MessageBody"].contains(&scope) {
        return Ok(());
    }
    Err(error::invalid(format!(
        "FilterPolicyScope: Invalid value [{scope}]. Please use either MessageBody or \
         MessageAttributes"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_have_bounds() {
        assert_eq!(check(r#"{"a": ["x", {"prefix": "y"}]}"#, false), Ok(()));
        assert_eq!(check("{}", false), Ok(()));
        let nested = r#"{"a": {"b": {"c": ["x"]}}}"#;
        assert_eq!(check(nested, true), Ok(()));
        for (bad, body) in [
            (nested, false),
            ("{", false),
            ("[]", false),
            (r#"{"a": "x"}"#, false),
            (r#"{"a": [1], "b": [1], "c": [1], "d": [1], "e": [1], "f": [1]}"#, false),
            (r#"{"a": [1,2,3,4,5,6,7,8,9,10,11,12,13], "b": [1,2,3,4,5,6,7,8,9,10,11,12]}"#, false),
        ] {
            assert!(check(bad, body).is_err(), "{bad}");
        }
    }

    #[test]
    fn attributes_are_values_of_their_types() {
        let value = |kind: &str, text: &str| {
            json(&Value { kind: kind.to_owned(), text: Some(text.to_owned()), bytes: None })
        };
        assert_eq!(value("Number", "10"), Some(10.into()));
        assert_eq!(value("String", "10"), Some("10".into()));
        assert_eq!(value("String.Array", "[\"a\", 1]"), Some(serde_json::json!(["a", 1])));
    }
}
