//! Messages: what they may be, and the digests by which clients see that they arrived whole.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html>

use std::collections::BTreeMap;

use md5::{Digest, Md5};
use platform::{Blob, Bytes, Fail, Result};
use serde::{Deserialize, Serialize};
use sqs_api::{MessageAttributeValue, MessageSystemAttributeValue};

use crate::error;

/// The longest a message and a batch may be.
pub(crate) const SIZE_MAX: usize = 1 << 20;
/// The most attributes a message has.
const ATTRIBUTES_MAX: usize = 10;
/// The only attribute of the system that senders set.
const TRACE: &str = "AWSTraceHeader";

/// A message as the engine keeps it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Letter {
    pub id: String,
    pub body: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, Value>,
    pub sender: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dedup: Option<String>,
    /// A group that orders nothing: of a standard queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
}

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Value {
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<Blob>,
}

impl Letter {
    pub fn encode(&self) -> Result<Vec<u8>> {
        rmp_serde::to_vec_named(self).map_err(Fail::internal)
    }

    pub fn decode(bytes: &[u8]) -> Result<Self> {
        rmp_serde::from_slice(bytes).map_err(Fail::internal)
    }

    /// What counts towards limits: the body, and names, types and values of attributes.
    pub fn size(&self) -> usize {
        let attribute = |(name, value): (&String, &Value)| {
            name.len() + value.kind.len() + value.content().len()
        };
        self.body.len() + self.attributes.iter().map(attribute).sum::<usize>()
    }
}

impl Value {
    fn content(&self) -> &[u8] {
        match (&self.text, &self.bytes) {
            (_, Some(bytes)) => &bytes.0,
            (Some(text), None) => text.as_bytes(),
            (None, None) => &[],
        }
    }

    /// As clients read it.
    pub fn show(&self) -> MessageAttributeValue {
        MessageAttributeValue {
            data_type: self.kind.clone(),
            string_value: self.text.clone(),
            binary_value: self.bytes.as_ref().map(|bytes| Bytes::copy_from_slice(&bytes.0)),
            ..MessageAttributeValue::default()
        }
    }
}

/// The MD5 of a body.
pub(crate) fn md5_of(body: &str) -> String {
    hex::encode(Md5::digest(body.as_bytes()))
}

/// The MD5 of attributes, as clients calculate it: sorted by name, every part with its length before
/// it, and a byte that says whether the value is text or bytes.
pub(crate) fn md5_of_attributes<'a>(
    attributes: impl IntoIterator<Item = (&'a String, &'a Value)>,
) -> Option<String> {
    let mut digest = Md5::new();
    let mut any = false;
    for (name, value) in attributes {
        any = true;
        part(&mut digest, name.as_bytes());
        part(&mut digest, value.kind.as_bytes());
        digest.update([if value.bytes.is_some() { 2 } else { 1 }]);
        part(&mut digest, value.content());
    }
    any.then(|| hex::encode(digest.finalize()))
}

fn part(digest: &mut Md5, bytes: &[u8]) {
    digest.update(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    digest.update(bytes);
}

/// Checks a body.
///
/// # Errors
/// AWS's refusal of none, and of characters that XML does not have.
pub(crate) fn check_body(body: &str) -> Result<()> {
    if body.is_empty() {
        return Err(error::missing("MessageBody"));
    }
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{FFFD}' | '\u{10000}'..);
    match body.chars().find(|c| !allowed(*c)) {
        Some(found) => Err(error::contents(found)),
        None => Ok(()),
    }
}

/// The attributes of a message, checked.
///
/// # Errors
/// AWS's refusal of what they may not be.
pub(crate) fn attributes(
    given: Option<BTreeMap<String, MessageAttributeValue>>,
) -> Result<BTreeMap<String, Value>> {
    let given = given.unwrap_or_default();
    if given.len() > ATTRIBUTES_MAX {
        return Err(error::invalid(format!(
            "Number of message attributes [{}] exceeds the allowed maximum [{ATTRIBUTES_MAX}].",
            given.len()
        )));
    }
    let mut checked = BTreeMap::new();
    for (name, value) in given {
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

/// The trace header among the system's attributes, and the MD5 of those.
///
/// # Errors
/// AWS's refusal of any other.
pub(crate) fn system_attributes(
    given: Option<BTreeMap<String, MessageSystemAttributeValue>>,
) -> Result<(Option<String>, Option<String>)> {
    let mut checked = BTreeMap::new();
    for (name, value) in given.unwrap_or_default() {
        if name != TRACE {
            return Err(error::invalid(format!(
                "Message system attribute name '{name}' is invalid."
            )));
        }
        let value = Value {
            kind: value.data_type,
            text: value.string_value,
            bytes: value.binary_value.map(|bytes| Blob(bytes.to_vec())),
        };
        if value.kind != "String" {
            return Err(error::invalid(format!(
                "The message system attribute '{TRACE}' has an invalid message system attribute \
                 type, the type must be String."
            )));
        }
        check_value(&name, &value)?;
        checked.insert(name, value);
    }
    let digest = md5_of_attributes(&checked);
    let trace = checked.remove(TRACE).and_then(|value| value.text);
    Ok((trace, digest))
}

fn check_name(name: &str) -> Result<()> {
    let lower = name.to_ascii_lowercase();
    let good = |b: u8| b.is_ascii_alphanumeric() || b"_-.".contains(&b);
    let reason = if name.is_empty() || name.len() > 256 {
        "Message (user) attribute name must be between 1 and 256 characters long."
    } else if lower.starts_with("aws.") || lower.starts_with("amazon.") {
        "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings \
         are reserved for internal use."
    } else if name.starts_with('.') || name.ends_with('.') || name.contains("..") {
        "Message (user) attribute name can not start or end with a dot, nor contain successive \
         dots."
    } else if !name.bytes().all(good) {
        "Message (user) attribute name can contain only alphanumeric characters, underscores, \
         hyphens and dots."
    } else {
        return Ok(());
    };
    Err(error::invalid(reason))
}

fn check_value(name: &str, value: &Value) -> Result<()> {
    let Value { kind, text, bytes } = value;
    if kind.is_empty() {
        return Err(error::invalid(format!(
            "The message attribute '{name}' must contain non-empty message attribute type."
        )));
    }
    let base = kind.split('.').next().unwrap_or_default();
    if !matches!(base, "String" | "Number" | "Binary") || kind.len() > 256 {
        return Err(error::invalid(format!(
            "The message attribute '{name}' has an invalid message attribute type, the set of \
             supported type prefixes is Binary, Number, and String."
        )));
    }
    let empty = match base {
        "Binary" => bytes.as_ref().is_none_or(|bytes| bytes.0.is_empty()) || text.is_some(),
        _ => text.as_ref().is_none_or(String::is_empty) || bytes.is_some(),
    };
    if empty {
        return Err(error::invalid(format!(
            "Message (user) attribute '{name}' must contain a non-empty value of type '{base}'."
        )));
    }
    if base == "Number" && text.as_ref().is_some_and(|text| text.trim().parse::<f64>().is_err()) {
        return Err(error::invalid(format!(
            "Can't cast the value of message (user) attribute '{name}' to a number."
        )));
    }
    match text {
        Some(text) => check_body(text),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(kind: &str, text: &str) -> Value {
        Value { kind: kind.to_owned(), text: Some(text.to_owned()), bytes: None }
    }

    #[test]
    fn digests_are_those_that_clients_calculate() {
        assert_eq!(md5_of("msg"), "6e2baaf3b97dbeef01c0043275f9a0e7");
        let attributes = BTreeMap::from([
            ("General".to_owned(), text("String", "Kenobi")),
            ("Hello".to_owned(), text("String", "There")),
        ]);
        // As AWS answered for the same attributes.
        let digest = md5_of_attributes(&attributes);
        assert_eq!(digest.as_deref(), Some("fca026605781cb4126a1e9044df24232"));
        assert_eq!(md5_of_attributes(&BTreeMap::new()), None);
    }

    #[test]
    fn bodies_hold_what_xml_can() {
        assert!(check_body("a\tb\n\u{10348}").is_ok());
        for bad in ["", "\u{0}", "a\u{b}", "\u{FFFE}"] {
            assert!(check_body(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn attributes_have_a_name_a_type_and_a_value() {
        for name in ["", "AWS.x", "amazon.x", ".a", "a.", "a..b", "a b"] {
            assert!(check_name(name).is_err(), "{name}");
        }
        assert!(check_name("a.b-C_1").is_ok());
        assert!(check_value("a", &text("Number.int", "1.5e3")).is_ok());
        for (kind, value) in [("", "x"), ("Text", "x"), ("String", ""), ("Number", "x")] {
            assert!(check_value("a", &text(kind, value)).is_err(), "{kind} {value}");
        }
    }
}
