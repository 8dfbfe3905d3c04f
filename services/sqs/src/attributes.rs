//! Attributes of queues: which there are, what they may be, and what they are where nobody said.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html>

use std::collections::BTreeMap;
use std::time::Duration;

use aquifer_policy::{Document, DocumentKind};
use platform::Result;

use crate::redrive;
use crate::store::Queue;
use crate::{error, names};

/// The longest a queue's policy may be.
const POLICY_MAX: usize = 20_480;

/// Attributes that are numbers: name, least, most, and what they are where nobody said.
const NUMBERS: &[(&str, u64, u64, u64)] = &[
    ("DelaySeconds", 0, 900, 0),
    ("KmsDataKeyReusePeriodSeconds", 60, 86_400, 300),
    ("MaximumMessageSize", 1_024, 1_048_576, 1_048_576),
    ("MessageRetentionPeriod", 60, 1_209_600, 345_600),
    ("ReceiveMessageWaitTimeSeconds", 0, 20, 0),
    ("VisibilityTimeout", 0, 43_200, 30),
];

/// Attributes of FIFO queues, and what they may be.
const FIFO_ONLY: &[(&str, &[&str])] = &[
    ("ContentBasedDeduplication", &["true", "false"]),
    ("DeduplicationScope", &["messageGroup", "queue"]),
    ("FifoQueue", &["true"]),
    ("FifoThroughputLimit", &["perMessageGroupId", "perQueue"]),
];

/// Attributes that an empty value takes away.
const CLEARED: &[&str] = &["KmsMasterKeyId", "Policy", "RedriveAllowPolicy", "RedrivePolicy"];

/// Attributes nobody sets.
pub(crate) const READ_ONLY: &[&str] = &[
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
    "CreatedTimestamp",
    "LastModifiedTimestamp",
    "QueueArn",
];

impl Queue {
    pub fn is_fifo(&self) -> bool {
        self.name.ends_with(names::FIFO_SUFFIX)
    }

    /// An attribute that is a number.
    pub fn number(&self, name: &str) -> u64 {
        let set = self.attributes.get(name).and_then(|value| value.parse().ok());
        let default = || NUMBERS.iter().find(|(known, ..)| *known == name).map(|known| known.3);
        set.or_else(default).unwrap_or_default()
    }

    pub fn seconds(&self, name: &str) -> Duration {
        Duration::from_secs(self.number(name))
    }

    pub fn is(&self, name: &str, value: &str) -> bool {
        self.attributes.get(name).is_some_and(|set| set == value)
    }

    /// How long messages stay.
    pub fn retention(&self) -> Duration {
        self.seconds("MessageRetentionPeriod")
    }

    /// The attributes clients may read, but for those of its messages.
    pub fn shown(&self, arn: &str) -> BTreeMap<String, String> {
        let mut shown = self.attributes.clone();
        for (name, _, _, default) in NUMBERS {
            if *name != "KmsDataKeyReusePeriodSeconds" {
                shown.entry((*name).to_owned()).or_insert_with(|| default.to_string());
            }
        }
        if self.is_fifo() {
            for (name, default) in [
                ("ContentBasedDeduplication", "false"),
                ("DeduplicationScope", "queue"),
                ("FifoThroughputLimit", "perQueue"),
                ("FifoQueue", "true"),
            ] {
                shown.entry(name.to_owned()).or_insert_with(|| default.to_owned());
            }
        }
        let managed = !self.attributes.contains_key("KmsMasterKeyId");
        shown.entry("SqsManagedSseEnabled".to_owned()).or_insert_with(|| managed.to_string());
        shown.insert("QueueArn".to_owned(), arn.to_owned());
        shown.insert("CreatedTimestamp".to_owned(), self.created.as_secs().to_string());
        shown.insert("LastModifiedTimestamp".to_owned(), self.modified.as_secs().to_string());
        shown
    }
}

/// Checks attributes to be set, and writes them the way they are kept.
///
/// # Errors
/// AWS's refusal of names it does not know and values it does not take.
pub(crate) fn check(
    given: &BTreeMap<String, String>,
    fifo: bool,
) -> Result<BTreeMap<String, String>> {
    let mut checked = BTreeMap::new();
    for (name, value) in given {
        check_one(name, value, fifo)?;
        checked.insert(name.clone(), value.clone());
    }
    let set = |name: &str| checked.get(name).map(String::as_str);
    if set("SqsManagedSseEnabled") == Some("true")
        && set("KmsMasterKeyId").is_some_and(|id| !id.is_empty())
    {
        return Err(error::two_encryptions());
    }
    Ok(checked)
}

fn check_one(name: &str, value: &str, fifo: bool) -> Result<()> {
    let refused = || Err(error::attribute_value(name));
    if let Some((_, least, most, _)) = NUMBERS.iter().find(|(known, ..)| *known == name) {
        return match value.parse::<u64>() {
            Ok(number) if (*least..=*most).contains(&number) => Ok(()),
            _ => refused(),
        };
    }
    if let Some((_, values)) = FIFO_ONLY.iter().find(|(known, _)| *known == name) {
        return match (fifo, values.contains(&value)) {
            (false, _) => Err(error::unknown_attribute(name)),
            (true, true) => Ok(()),
            (true, false) => refused(),
        };
    }
    if CLEARED.contains(&name) && value.is_empty() {
        return Ok(());
    }
    match name {
        "SqsManagedSseEnabled" if ["true", "false"].contains(&value) => Ok(()),
        "SqsManagedSseEnabled" => refused(),
        // Messages are not enciphered with keys of clients.
        "KmsMasterKeyId" => Err(error::absent("The attribute KmsMasterKeyId of sqs")),
        "Policy" if value.len() > POLICY_MAX => refused(),
        "Policy" if Document::parse(value, DocumentKind::Resource).is_err() => refused(),
        "Policy" => Ok(()),
        "RedrivePolicy" => redrive::Redrive::parse(value).map(|_| ()),
        "RedriveAllowPolicy" => redrive::Allow::parse(value).map(|_| ()),
        _ => Err(error::unknown_attribute(name)),
    }
}

/// Sets attributes: those that are empty go.
pub(crate) fn set(queue: &mut Queue, given: BTreeMap<String, String>) {
    for (name, value) in given {
        if value.is_empty() && CLEARED.contains(&name.as_str()) {
            queue.attributes.remove(&name);
        } else {
            queue.attributes.insert(name, value);
        }
    }
}

/// Checks what several attributes are together.
///
/// # Errors
/// AWS's refusal.
pub(crate) fn check_together(queue: &Queue) -> Result<()> {
    let per_group = queue.is("FifoThroughputLimit", "perMessageGroupId");
    if per_group && !queue.is("DeduplicationScope", "messageGroup") {
        return Err(error::attribute_value("FifoThroughputLimit"));
    }
    Ok(())
}

/// The names among which clients choose, `All` included.
///
/// # Errors
/// AWS's refusal of names it does not know.
pub(crate) fn check_wanted(wanted: &[String]) -> Result<()> {
    let known = |name: &str| {
        name == "All"
            || name == "SqsManagedSseEnabled"
            || READ_ONLY.contains(&name)
            || CLEARED.contains(&name)
            || NUMBERS.iter().any(|(known, ..)| *known == name)
            || FIFO_ONLY.iter().any(|(known, _)| *known == name)
    };
    match wanted.iter().find(|name| !known(name)) {
        Some(name) => Err(error::unknown_attribute(name)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(name: &str, value: &str, fifo: bool) -> Option<String> {
        let given = BTreeMap::from([(name.to_owned(), value.to_owned())]);
        check(&given, fifo).err().map(|fail| fail.code().to_owned())
    }

    #[test]
    fn values_have_their_bounds() {
        for (name, value) in [
            ("MessageRetentionPeriod", "59"),
            ("MessageRetentionPeriod", "1209601"),
            ("DelaySeconds", "901"),
            ("VisibilityTimeout", "-1"),
            ("MaximumMessageSize", "1048577"),
            ("ReceiveMessageWaitTimeSeconds", "x"),
            ("SqsManagedSseEnabled", "yes"),
            ("Policy", "{}"),
        ] {
            assert_eq!(one(name, value, false).as_deref(), Some("InvalidAttributeValue"), "{name}");
        }
        assert_eq!(one("MessageRetentionPeriod", "60", false), None);
        assert_eq!(one("Policy", "", false), None);
    }

    #[test]
    fn what_nobody_sets_is_unknown_and_so_is_what_is_fifos() {
        for name in ["QueueArn", "Colour", "FifoQueue", "ContentBasedDeduplication"] {
            assert_eq!(one(name, "true", false).as_deref(), Some("InvalidAttributeName"), "{name}");
        }
        assert_eq!(one("ContentBasedDeduplication", "true", true), None);
        assert_eq!(one("FifoQueue", "false", true).as_deref(), Some("InvalidAttributeValue"));
    }
}
