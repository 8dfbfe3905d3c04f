//! Messages: what they may be.
//!
//! <https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html>

use std::collections::BTreeMap;

use platform::{Blob, Result};
use serde_json::Value as Json;
use sns_api::MessageAttributeValue;

use crate::error;
use crate::store::Value;

/// The longest a message may be, with its attributes.
pub(crate) const SIZE_MAX: usize = 256 << 10;
/// The longest a subject may be, in characters.
const SUBJECT_MAX: usize = 100;

/// Checks a subject.
///
/// # Errors
/// AWS's refusal of empty and long ones, and of those with control characters.
pub(crate) fn check_subject(subject: Option<&str>) -> Result<()> {
    let Some(subject) = subject else { return Ok(()) };
    let good =
        (1..=SUBJECT_MAX).contains(&subject.chars().count()) && !subject.contains(char::is_control);
    if good { Ok(()) } else { Err(error::invalid("Subject")) }
}

/// The texts of a message by protocol, where it has several.
///
/// # Errors
/// AWS's refusal of what is no object of texts with a default.
pub(crate) fn texts(
    message: &str,
    structure: Option<&str>,
) -> Result<Option<BTreeMap<String, String>>> {
    match structure {
        None | Some("") => return Ok(None),
        Some("json") => {}
        Some(_) => return Err(error::invalid("Message Structure - must be json")),
    }
    let Ok(Json::Object(parsed)) = serde_json::from_str(message) else {
        return Err(error::invalid("Message Structure - JSON message body failed to parse"));
    };
    let texts = parsed.into_iter().filter_map(|(protocol, text)| match text {
        Json::String(text) => Some((protocol, text)),
        _ => None,
    });
    let texts: BTreeMap<_, _> = texts.collect();
    if !texts.contains_key("default") {
        return Err(error::invalid("Message Structure - No default entry in JSON message body"));
    }
    Ok(Some(texts))
}

/// What counts towards limits besides the message.
pub(crate) fn size(attributes: &BTreeMap<String, Value>) -> usize {
    let one = |(name, value): (&String, &Value)| {
        let text = value.text.as_ref().map_or(0, String::len);
        name.len() + value.kind.len() + text + value.bytes.as_ref().map_or(0, |b| b.0.len())
    };
    attributes.iter().map(one).sum()
}

/// The attributes of a message, checked.
///
/// # Errors
/// AWS's refusal of what they may not be.
pub(crate) fn attributes(
    given: Option<BTreeMap<String, MessageAttributeValue>>,
) -> Result<BTreeMap<String, Value>> {
    let mut checked = BTreeMap::new();
    for (name, value) in given.unwrap_or_default() {
        check_name(&name)?;
        let value = Value {
            kind: value.data_type,
            text: value.string_value,
            bytes: value.binary_value.map(|bytes| Blob(bytes.to_vec())),
        };
        check_value(&name, &value)?;
        checked.insert(name, value);
    }
    Ok(checked)
}

fn check_name(name: &str) -> Result<()> {
    let lower = name.to_ascii_lowercase();
    let good = |c: &char| c.is_ascii_alphanumeric() || "_-.".contains(*c);
    let reason = if name.is_empty() || name.len() > 256 {
        "Length of message attribute name must be less than 256 bytes.".to_owned()
    } else if lower.starts_with("aws.") || lower.starts_with("amazon.") {
        "Message attribute names starting with 'AWS.' or 'Amazon.' are reserved.".to_owned()
    } else if name.starts_with('.') {
        "Invalid message attribute name starting with character '.' was found.".to_owned()
    } else if name.ends_with('.') {
        "Invalid message attribute name ending with character '.' was found.".to_owned()
    } else if name.contains("..") {
        "Message attribute name can not have successive '.' character.".to_owned()
    } else if let Some(bad) = name.chars().find(|c| !good(c)) {
        format!(
            "Invalid non-alphanumeric character '#x{:X}' was found in the message attribute name. \
             Can only include alphanumeric characters, hyphens, underscores, or dots.",
            u32::from(bad)
        )
    } else {
        return Ok(());
    };
    Err(error::invalid_value(reason))
}

fn check_value(name: &str, value: &Value) -> Result<()> {
    let Value { kind, text, bytes } = value;
    if kind.is_empty() {
        return Err(error::invalid_value(format!(
            "The message attribute '{name}' must contain non-empty message attribute type."
        )));
    }
    let base = kind.split('.').next().unwrap_or_default();
    if !matches!(base, "String" | "Number" | "Binary") || kind.len() > 256 {
        return Err(error::invalid_value(format!(
            "The message attribute '{name}' has an invalid message attribute type, the set of \
             supported type prefixes is Binary, Number, and String."
        )));
    }
    let empty = match base {
        "Binary" => bytes.as_ref().is_none_or(|bytes| bytes.0.is_empty()),
        _ => text.as_ref().is_none_or(String::is_empty),
    };
    if empty {
        return Err(error::invalid_value(format!(
            "The message attribute '{name}' must contain non-empty message attribute value for \
             message attribute type '{kind}'."
        )));
    }
    let is_number = |text: &String| text.trim().parse::<f64>().is_ok_and(f64::is_finite);
    if base == "Number" && !text.as_ref().is_some_and(is_number) {
        return Err(error::invalid_value(format!(
            "Could not cast message attribute '{name}' value to number."
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_have_a_name_a_type_and_a_value() {
        for name in ["", "AWS.x", ".a", "a.", "a..b", "a b"] {
            assert!(check_name(name).is_err(), "{name}");
        }
        let text = |kind: &str, text: &str| Value {
            kind: kind.to_owned(),
            text: Some(text.to_owned()),
            bytes: None,
        };
        assert!(check_value("a", &text("Number.int", "1.5e3")).is_ok());
        for (kind, value) in [("", "x"), ("Text", "x"), ("String", ""), ("Number", "x")] {
            assert!(check_value("a", &text(kind, value)).is_err(), "{kind} {value}");
        }
    }

    #[test]
    fn texts_by_protocol_have_a_default() {
        assert!(texts("x", None).unwrap().is_none());
        let both = texts(r#"{"default": "d", "sqs": "s", "n": 1}"#, Some("json")).unwrap().unwrap();
        assert_eq!(both.len(), 2);
        for bad in ["x", "[]", r#"{"sqs": "s"}"#, r#"{"default": 1}"#] {
            assert!(texts(bad, Some("json")).is_err(), "{bad}");
        }
    }
}
