//! Sending: what the operations for one message and for several have in common.

use std::collections::BTreeMap;
use std::time::Duration;

use platform::{Ctx, Fail, Result, Timestamp, WriteTx};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqs_api::{MessageAttributeValue, MessageSystemAttributeValue};

use crate::letter::{self, Letter};
use crate::store::Queue;
use crate::{error, names};

/// Within this time a message sent again under the same id is the same one.
const DEDUPLICATION: Duration = Duration::from_secs(300);
/// Where sequence numbers begin: they have 20 digits.
const SEQUENCE_BASE: u128 = 18_850_000_000_000_000_000;

/// A message as a client gives it.
pub(crate) struct Given {
    pub body: String,
    pub delay_seconds: Option<i32>,
    pub attributes: Option<BTreeMap<String, MessageAttributeValue>>,
    pub system_attributes: Option<BTreeMap<String, MessageSystemAttributeValue>>,
    pub group: Option<String>,
    pub dedup: Option<String>,
}

impl Given {
    /// What counts towards limits, whatever else is wrong with it.
    pub fn size(&self) -> usize {
        let attribute = |(name, value): (&String, &MessageAttributeValue)| {
            let text = value.string_value.as_ref().map_or(0, String::len);
            let bytes = value.binary_value.as_ref().map_or(0, |bytes| bytes.len());
            name.len() + value.data_type.len() + text + bytes
        };
        self.body.len() + self.attributes.iter().flatten().map(attribute).sum::<usize>()
    }
}

/// A message that may be sent.
pub(crate) struct Draft {
    letter: Letter,
    group: Option<String>,
    dedup: Option<String>,
    delay: Duration,
    size: usize,
    answer: Sent,
}

/// What a sender is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Sent {
    pub id: String,
    pub md5: String,
    pub md5_of_attributes: Option<String>,
    pub md5_of_system_attributes: Option<String>,
    pub sequence: Option<String>,
}

/// The sequence number of a FIFO queue's message.
pub(crate) fn sequence(number: u64) -> String {
    (SEQUENCE_BASE + u128::from(number) * 256).to_string()
}

/// A refusal of a FIFO queue that refuses a whole batch.
pub(crate) fn refuses_batch(queue: &Queue, given: &Given) -> Result<()> {
    if !queue.is_fifo() {
        return Ok(());
    }
    if given.group.is_none() {
        return Err(error::missing("MessageGroupId"));
    }
    if given.dedup.is_none() && !queue.is("ContentBasedDeduplication", "true") {
        return Err(error::invalid(
            "The queue should either have ContentBasedDeduplication enabled or \
             MessageDeduplicationId provided explicitly",
        ));
    }
    Ok(())
}

impl Draft {
    /// Checks a message for its queue.
    ///
    /// # Errors
    /// AWS's refusals.
    pub fn new(ctx: &Ctx, queue: &Queue, given: Given) -> Result<Self> {
        letter::check_body(&given.body)?;
        refuses_batch(queue, &given)?;
        let fifo = queue.is_fifo();
        let delay = delay(queue, given.delay_seconds)?;
        if let Some(group) = &given.group {
            check_id("MessageGroupId", group)?;
        }
        match &given.dedup {
            Some(dedup) if !fifo => {
                let reason =
                    "The request includes a parameter that is not valid for this queue type";
                return Err(error::invalid_value(dedup, "MessageDeduplicationId", reason));
            }
            Some(dedup) => check_id("MessageDeduplicationId", dedup)?,
            None => {}
        }
        let attributes = letter::attributes(given.attributes)?;
        let (trace, md5_of_system_attributes) = letter::system_attributes(given.system_attributes)?;
        let dedup = given
            .dedup
            .or_else(|| fifo.then(|| hex::encode(Sha256::digest(given.body.as_bytes()))));
        let answer = Sent {
            id: ctx.ids().uuid(),
            md5: letter::md5_of(&given.body),
            md5_of_attributes: letter::md5_of_attributes(&attributes),
            md5_of_system_attributes,
            sequence: None,
        };
        let (group, loose) = if fifo { (given.group, None) } else { (None, given.group) };
        let letter = Letter {
            id: answer.id.clone(),
            body: given.body,
            attributes,
            sender: ctx.caller().id.clone(),
            dedup: dedup.clone(),
            group: loose,
            trace,
        };
        let size = letter.size();
        let most = usize::try_from(queue.number("MaximumMessageSize")).unwrap_or(usize::MAX);
        if size > most {
            return Err(error::too_long(most));
        }
        Ok(Self { letter, group, dedup, delay, size, answer })
    }

    /// What counts towards limits and the bill.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Puts the message into its queue, unless it is a repeat.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn send(self, tx: &WriteTx<'_>, queue: &Queue, now: Timestamp) -> Result<Sent> {
        let name = self.dedup.as_ref().map(|dedup| match &self.group {
            Some(group) if queue.is("DeduplicationScope", "messageGroup") => {
                format!("{group}\0{dedup}")
            }
            _ => dedup.clone(),
        });
        if let Some(name) = &name
            && let Some(first) = aquifer_queue::recall(tx, queue.id, name, now)?
        {
            return rmp_serde::from_slice(&first).map_err(Fail::internal);
        }
        let not_before = (!self.delay.is_zero()).then(|| now + self.delay);
        let fifo = self.group.is_some();
        let message = aquifer_queue::Message {
            payload: self.letter.encode()?,
            group: self.group,
            not_before,
            origin: None,
        };
        let number = aquifer_queue::send(tx, queue.id, now, message)?;
        let mut answer = self.answer;
        answer.sequence = fifo.then(|| sequence(number));
        if let Some(name) = &name {
            let kept = rmp_serde::to_vec_named(&answer).map_err(Fail::internal)?;
            aquifer_queue::remember(tx, queue.id, name, (now, now + DEDUPLICATION), kept)?;
        }
        Ok(answer)
    }
}

fn delay(queue: &Queue, given: Option<i32>) -> Result<Duration> {
    let Some(seconds) = given else { return Ok(queue.seconds("DelaySeconds")) };
    let refused = |reason: &str| error::invalid_value(&seconds.to_string(), "DelaySeconds", reason);
    if queue.name.ends_with(names::FIFO_SUFFIX) && seconds != 0 {
        return Err(refused(
            "The request include parameter that is not valid for this queue type.",
        ));
    }
    let seconds = u64::try_from(seconds).ok().filter(|seconds| *seconds <= 900);
    let seconds = seconds.ok_or_else(|| refused("DelaySeconds must be >= 0 and <= 900."))?;
    if queue.is_fifo() {
        return Ok(queue.seconds("DelaySeconds"));
    }
    Ok(Duration::from_secs(seconds))
}

fn check_id(parameter: &str, id: &str) -> Result<()> {
    if (1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic()) {
        return Ok(());
    }
    let reason = format!(
        "{parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length."
    );
    Err(error::invalid_value(id, parameter, &reason))
}
