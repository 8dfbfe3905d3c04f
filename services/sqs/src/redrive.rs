//! Dead letters: which queue takes the messages that failed too often elsewhere, and whose it takes.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html>

use aquifer_queue::DeadLetters;
use platform::{ReadTx, Result, Scope, WriteTx};
use serde_json::Value;

use crate::store::{QUEUES, Queue, SOURCES};
use crate::{error, names};

/// A queue's `RedrivePolicy`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Redrive {
    pub target_arn: String,
    pub receives_max: u32,
}

/// Whose dead letters a queue takes: its `RedriveAllowPolicy`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Allow {
    All,
    None,
    Of(Vec<String>),
}

impl Redrive {
    /// Reads a policy.
    ///
    /// # Errors
    /// AWS's refusal.
    pub fn parse(text: &str) -> Result<Self> {
        let refused = |reason: &str| error::invalid_value(text, "RedrivePolicy", reason);
        let Ok(Value::Object(map)) = serde_json::from_str(text) else {
            return Err(refused("Redrive policy is not a valid JSON map."));
        };
        let absent = |name| {
            refused(&format!("Redrive policy does not contain mandatory attribute: {name}."))
        };
        let target = map.get("deadLetterTargetArn").ok_or_else(|| absent("deadLetterTargetArn"))?;
        let most = map.get("maxReceiveCount").ok_or_else(|| absent("maxReceiveCount"))?;
        let target_arn = target.as_str().filter(|arn| arn.parse::<platform::Arn>().is_ok());
        let target_arn =
            target_arn.ok_or_else(|| refused("Invalid value for deadLetterTargetArn."));
        let number = most.as_u64().or_else(|| most.as_str().and_then(|text| text.parse().ok()));
        let number = number.and_then(|number| u32::try_from(number).ok());
        let receives_max = number.filter(|number| (1..=1_000).contains(number)).ok_or_else(|| {
            let shown = most.as_str().map_or_else(|| most.to_string(), str::to_owned);
            refused(&format!(
                "Invalid value for maxReceiveCount: {shown}, valid values are from 1 to 1000 both \
                 inclusive."
            ))
        })?;
        Ok(Self { target_arn: target_arn?.to_owned(), receives_max })
    }
}

impl Allow {
    /// Reads a policy.
    ///
    /// # Errors
    /// AWS's refusal.
    pub fn parse(text: &str) -> Result<Self> {
        let refused = |reason: &str| error::invalid_value(text, "RedriveAllowPolicy", reason);
        let Ok(Value::Object(map)) = serde_json::from_str(text) else {
            return Err(refused("Redrive allow policy is not a valid JSON map."));
        };
        let sources = map.get("sourceQueueArns").map(|list| {
            let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
            list.iter().filter_map(|arn| arn.as_str().map(str::to_owned)).collect::<Vec<_>>()
        });
        match (map.get("redrivePermission").and_then(Value::as_str), sources) {
            (Some("allowAll"), None) => Ok(Self::All),
            (Some("denyAll"), None) => Ok(Self::None),
            (Some("byQueue"), Some(arns)) if (1..=10).contains(&arns.len()) => Ok(Self::Of(arns)),
            (Some("byQueue"), _) => Err(refused(
                "sourceQueueArns must have 1 to 10 ARNs where the permission is byQueue.",
            )),
            (Some("allowAll" | "denyAll"), Some(_)) => {
                Err(refused("sourceQueueArns is only for the permission byQueue."))
            }
            _ => Err(refused("redrivePermission must be allowAll, denyAll or byQueue.")),
        }
    }

    fn allows(&self, source_arn: &str) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Of(arns) => arns.iter().any(|arn| arn == source_arn),
        }
    }
}

impl Queue {
    /// Where its dead letters go.
    pub fn redrive(&self) -> Option<Redrive> {
        self.attributes.get("RedrivePolicy").and_then(|text| Redrive::parse(text).ok())
    }

    /// The same for the engine, if the queue is there that takes them.
    pub fn dead_letters(&self, tx: &ReadTx<'_>) -> Result<Option<DeadLetters>> {
        let Some(redrive) = self.redrive() else { return Ok(None) };
        let Some(name) = names::from_arn(tx.scope(), &redrive.target_arn) else { return Ok(None) };
        let target = QUEUES.get(tx, &name)?;
        Ok(target.filter(|target| target.is_fifo() == self.is_fifo()).map(|target| DeadLetters {
            to: target.id,
            after: redrive.receives_max,
            origin: names::arn(tx.scope(), &self.name),
            // AWS: a message of a standard queue keeps its age, one of a FIFO queue does not.
            keep_age: !self.is_fifo(),
        }))
    }
}

/// Checks the target of a queue's policy.
///
/// # Errors
/// AWS's refusal of a queue that is not there, is of the other kind, or does not want them.
pub(crate) fn check_target(tx: &ReadTx<'_>, queue: &Queue) -> Result<()> {
    let Some(redrive) = queue.redrive() else { return Ok(()) };
    let text = queue.attributes.get("RedrivePolicy").map_or("", String::as_str);
    let refused = |reason: &str| Err(error::invalid_value(text, "RedrivePolicy", reason));
    let target = match names::from_arn(tx.scope(), &redrive.target_arn) {
        Some(name) if name == queue.name => Some(queue.clone()),
        Some(name) => QUEUES.get(tx, &name)?,
        None => None,
    };
    let Some(target) = target else { return refused("Dead letter target does not exist.") };
    if target.is_fifo() != queue.is_fifo() {
        return refused("Dead-letter queue must be same type of queue as the source.");
    }
    let allow = target.attributes.get("RedriveAllowPolicy").map(|text| Allow::parse(text));
    let source = names::arn(tx.scope(), &queue.name);
    match allow {
        Some(Ok(allow)) if !allow.allows(&source) => {
            refused("The dead-letter queue does not allow this queue to use it.")
        }
        _ => Ok(()),
    }
}

/// Notes whose dead letters go where, as a queue's policy changes; none is there before it is made
/// and after it is gone.
pub(crate) fn note_source(
    tx: &WriteTx<'_>,
    name: &str,
    before: Option<&Queue>,
    after: Option<&Queue>,
) -> Result<()> {
    let target = |queue: Option<&Queue>, scope: &Scope| {
        queue
            .and_then(Queue::redrive)
            .and_then(|redrive| names::from_arn(scope, &redrive.target_arn))
    };
    let (before, after) = (target(before, tx.scope()), target(after, tx.scope()));
    if before != after {
        if let Some(target) = before {
            SOURCES.delete(tx, &(target.as_str(), name))?;
        }
        if let Some(target) = after {
            SOURCES.put(tx, &(target.as_str(), name), &())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_are_read_and_refused_in_awss_words() {
        let arn = names::arn(&Scope::default(), "dead");
        let good = format!(r#"{{"deadLetterTargetArn":"{arn}","maxReceiveCount":"3"}}"#);
        let redrive = Redrive::parse(&good).unwrap();
        assert_eq!((redrive.target_arn, redrive.receives_max), (arn, 3));
        let bad = r#"{"deadLetterTargetArn": "dummy", "maxReceiveCount": 42}"#;
        let message = "Value {\"deadLetterTargetArn\": \"dummy\", \"maxReceiveCount\": 42} for \
                       parameter RedrivePolicy is invalid. Reason: Invalid value for \
                       deadLetterTargetArn.";
        assert_eq!(Redrive::parse(bad).unwrap_err().message(), message);
        for bad in ["", "[]", r#"{"maxReceiveCount":1}"#] {
            assert!(Redrive::parse(bad).is_err());
        }
    }

    #[test]
    fn a_queue_says_whose_dead_letters_it_takes() {
        let of =
            Allow::parse(r#"{"redrivePermission":"byQueue","sourceQueueArns":["a"]}"#).unwrap();
        assert!(of.allows("a") && !of.allows("b"));
        assert!(Allow::parse(r#"{"redrivePermission":"allowAll"}"#).unwrap().allows("b"));
        assert!(!Allow::parse(r#"{"redrivePermission":"denyAll"}"#).unwrap().allows("b"));
        for bad in ["{}", r#"{"redrivePermission":"byQueue"}"#, "x"] {
            assert!(Allow::parse(bad).is_err(), "{bad}");
        }
    }
}
