//! Batches of messages: which are wanted, how a function is told of them, and what it says of them.

use std::collections::BTreeSet;

use aquifer_expr::event_pattern::EventPattern;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lambda_api::FilterCriteria;
use platform::Arn;
use serde_json::{Value, json};
use sqs_api::Message;

/// What a message comes to in a call.
pub(super) fn size(message: &Message) -> usize {
    let attributes = message.message_attributes.iter().flatten();
    let attributes = attributes.map(|(name, value)| {
        let text = value.string_value.as_ref().map_or(0, String::len);
        name.len() + text + value.binary_value.as_ref().map_or(0, |bytes| bytes.len() * 4 / 3)
    });
    message.body.as_ref().map_or(0, String::len) + attributes.sum::<usize>() + 1_024
}

/// The patterns of a mapping; none where every message is wanted.
///
/// # Errors
/// What is wrong with one.
pub(crate) fn patterns(criteria: Option<&FilterCriteria>) -> Result<Vec<EventPattern>, String> {
    let filters = criteria.and_then(|criteria| criteria.filters.as_ref());
    let texts = filters.into_iter().flatten().filter_map(|filter| filter.pattern.as_ref());
    texts.map(|text| EventPattern::parse(text).map_err(|wrong| wrong.to_string())).collect()
}

/// The messages that some pattern wants, and the others.
pub(super) fn filtered(
    criteria: Option<&FilterCriteria>,
    messages: Vec<Message>,
) -> (Vec<Message>, Vec<Message>) {
    // They were read when the mapping was made.
    let patterns = patterns(criteria).unwrap_or_default();
    if patterns.is_empty() {
        return (messages, Vec::new());
    }
    messages.into_iter().partition(|message| {
        let mut shown = record("", message);
        // AWS: a body that is a document is looked into.
        if let Some(body) = message.body.as_ref().and_then(|body| serde_json::from_str(body).ok()) {
            shown["body"] = body;
        }
        patterns.iter().any(|pattern| pattern.matches(&shown))
    })
}

/// What a function is called with.
pub(super) fn event(source: &str, messages: &[Message]) -> String {
    let records: Vec<Value> = messages.iter().map(|message| record(source, message)).collect();
    json!({ "Records": records }).to_string()
}

fn record(source: &str, message: &Message) -> Value {
    let arn = source.parse::<Arn>().ok();
    let region = arn.as_ref().map(Arn::region_text).unwrap_or_default();
    let attributes = message.attributes.iter().flatten();
    let attributes: Value = attributes
        .map(|(name, value)| (name.to_string(), Value::from(value.clone())))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let own = message.message_attributes.iter().flatten().map(|(name, value)| {
        let mut shown = json!({
            "dataType": value.data_type, "stringListValues": [], "binaryListValues": [],
        });
        if let Some(text) = &value.string_value {
            shown["stringValue"] = json!(text);
        }
        if let Some(bytes) = &value.binary_value {
            shown["binaryValue"] = json!(STANDARD.encode(bytes));
        }
        (name.clone(), shown)
    });
    json!({
        "messageId": message.message_id,
        "receiptHandle": message.receipt_handle,
        "body": message.body,
        "attributes": attributes,
        "messageAttributes": own.collect::<serde_json::Map<_, _>>(),
        "md5OfBody": message.md5_of_body,
        "eventSource": "aws:sqs",
        "eventSourceARN": source,
        "awsRegion": region,
    })
}

/// The messages that a function says it failed; none where it does not say so as it should, which
/// stands for all of them.
pub(super) fn failures(answer: &[u8], messages: &[Message]) -> Option<Vec<String>> {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let said = match &answer {
        Value::Null => return Some(Vec::new()),
        Value::Object(fields) => match fields.get("batchItemFailures") {
            None | Some(Value::Null) => return Some(Vec::new()),
            Some(said) => said.as_array()?,
        },
        _ => return Some(Vec::new()),
    };
    let known: BTreeSet<&str> =
        messages.iter().filter_map(|message| message.message_id.as_deref()).collect();
    let one = |failure: &Value| {
        let id = failure["itemIdentifier"].as_str().filter(|id| known.contains(id))?;
        Some(id.to_owned())
    };
    said.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_name_what_failed() {
        let message = |id: &str| Message { message_id: Some(id.into()), ..Message::default() };
        let messages = [message("a"), message("b")];
        let said = |answer: &str| failures(answer.as_bytes(), &messages);
        for all in [
            "null",
            "{}",
            "\"x\"",
            r#"{"batchItemFailures": []}"#,
            r#"{"batchItemFailures": null}"#,
        ] {
            assert_eq!(said(all), Some(vec![]), "{all}");
        }
        let one = r#"{"batchItemFailures": [{"itemIdentifier": "b"}]}"#;
        assert_eq!(said(one), Some(vec!["b".to_owned()]));
        for none in [
            r#"{"batchItemFailures": [{"itemIdentifier": "z"}]}"#,
            r#"{"batchItemFailures": [{"itemIdentifier": ""}]}"#,
            r#"{"batchItemFailures": [{"wrong": "a"}]}"#,
            r#"{"batchItemFailures": "a"}"#,
        ] {
            assert_eq!(said(none), None, "{none}");
        }
    }
}
