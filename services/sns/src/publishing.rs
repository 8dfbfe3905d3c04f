//! Publishing: what the operations for one message and for several have in common.

use std::collections::BTreeMap;
use std::time::Duration;

use platform::{Ctx, Fail, Result, Timestamp, Unit, WriteTx};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sns_api::MessageAttributeValue;

use crate::envelope::{self, Letter};
use crate::filter::Looked;
use crate::store::{NUMBERS, Parcel, SUBSCRIPTIONS, Subscription, Topic, Value};
use crate::{error, lanes, message};

/// Within this time a message published again under the same id is the same one.
const DEDUPLICATION: Duration = Duration::from_secs(300);
/// Where sequence numbers begin: they have 20 digits.
const SEQUENCE_BASE: u64 = 10_000_000_000_000_000_000;
/// What is billed as one request.
const BILLED_BYTES: usize = 64 << 10;

/// A message as a client gives it.
pub(crate) struct Given {
    pub message: String,
    pub subject: Option<String>,
    pub structure: Option<String>,
    pub attributes: Option<BTreeMap<String, MessageAttributeValue>>,
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
        self.message.len() + self.attributes.iter().flatten().map(attribute).sum::<usize>()
    }
}

/// A message that may be published.
pub(crate) struct Draft {
    message: String,
    subject: Option<String>,
    /// By protocol, where it has several.
    texts: Option<BTreeMap<String, String>>,
    attributes: BTreeMap<String, Value>,
    group: Option<String>,
    dedup: Option<String>,
}

/// What a publisher is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Published {
    pub id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<String>,
}

impl Draft {
    /// Checks a message for its topic.
    ///
    /// # Errors
    /// AWS's refusals.
    pub fn new(topic: &Topic, given: Given) -> Result<Self> {
        if given.message.is_empty() {
            return Err(error::invalid("Empty message"));
        }
        message::check_subject(given.subject.as_deref())?;
        let fifo = topic.is_fifo();
        if let Some(group) = &given.group {
            check_id("MessageGroupId", group)?;
        } else if fifo {
            return Err(error::invalid("The MessageGroupId parameter is required for FIFO topics"));
        }
        match &given.dedup {
            Some(_) if !fifo => {
                return Err(error::invalid(
                    "The request includes MessageDeduplicationId parameter that is not valid for \
                     this topic type",
                ));
            }
            Some(dedup) => check_id("MessageDeduplicationId", dedup)?,
            None if fifo && !topic.is("ContentBasedDeduplication", "true") => {
                return Err(error::invalid(
                    "The topic should either have ContentBasedDeduplication enabled or \
                     MessageDeduplicationId provided explicitly",
                ));
            }
            None => {}
        }
        let texts = message::texts(&given.message, given.structure.as_deref())?;
        let attributes = message::attributes(given.attributes)?;
        let content = || hex::encode(Sha256::digest(given.message.as_bytes()));
        let dedup = given.dedup.or_else(|| fifo.then(content));
        let (subject, group) = (given.subject, given.group);
        let draft = Self { message: given.message, subject, texts, attributes, group, dedup };
        if draft.size() > message::SIZE_MAX {
            return Err(error::invalid("Message too long"));
        }
        Ok(draft)
    }

    /// What counts towards limits and the bill.
    pub fn size(&self) -> usize {
        self.message.len() + message::size(&self.attributes)
    }

    /// Puts the message on its way to everyone who wants it, unless it is a repeat.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn publish(
        self,
        ctx: &Ctx,
        tx: &WriteTx<'_>,
        (topic, arn): (&Topic, &str),
        now: Timestamp,
    ) -> Result<Published> {
        let name = self.dedup.as_ref().map(|dedup| match &self.group {
            Some(group) if topic.is("FifoThroughputScope", "MessageGroup") => {
                format!("{group}\0{dedup}")
            }
            _ => dedup.clone(),
        });
        if let Some(name) = &name
            && let Some(first) = aquifer_queue::recall(tx, topic.id, name, now)?
        {
            return rmp_serde::from_slice(&first).map_err(Fail::internal);
        }
        let number = next(tx, topic)?;
        let sequence = topic.is_fifo().then(|| (SEQUENCE_BASE + number).to_string());
        let published = Published { id: ctx.ids().uuid(), sequence };
        if let Some(name) = &name {
            let kept = rmp_serde::to_vec_named(&published).map_err(Fail::internal)?;
            aquifer_queue::remember(tx, topic.id, name, (now, now + DEDUPLICATION), kept)?;
        }
        let looked = Looked::at(&self.message, &self.attributes);
        for row in SUBSCRIPTIONS.scan(tx).prefix(&(topic.name.as_str(),)) {
            let ((_, id), subscription) = row?;
            if subscription.token.is_none() && looked.passes(&subscription) {
                let parcel = self.parcel(ctx, (arn, &id), &subscription, &published, now);
                lanes::put(tx, (&topic.name, &id), number, &parcel, now)?;
            }
        }
        Ok(published)
    }

    /// What a subscription is sent of it.
    fn parcel(
        &self,
        ctx: &Ctx,
        (topic_arn, id): (&str, &str),
        subscription: &Subscription,
        published: &Published,
        now: Timestamp,
    ) -> Parcel {
        let text = match &self.texts {
            Some(texts) => texts.get(&subscription.protocol).or_else(|| texts.get("default")),
            None => Some(&self.message),
        };
        let text = text.map(String::as_str).unwrap_or_default();
        let (group, dedup) = (self.group.clone(), self.dedup.clone());
        if subscription.is_raw() {
            let (body, attributes) = (text.to_owned(), self.attributes.clone());
            return Parcel { since: now, body, attributes, group, dedup };
        }
        let query = format!("Action=Unsubscribe&SubscriptionArn={topic_arn}:{id}");
        let letter = Letter {
            kind: "Notification",
            message_id: &published.id,
            sequence: published.sequence.as_deref(),
            token: None,
            topic_arn,
            subject: self.subject.as_deref(),
            message: text,
            time: now,
            url: ("UnsubscribeURL", envelope::url(ctx, &query)),
            attributes: &self.attributes,
        };
        Parcel { since: now, body: letter.write(), attributes: BTreeMap::new(), group, dedup }
    }
}

/// The next number of a topic.
///
/// # Errors
/// If the store cannot be read.
pub(crate) fn next(tx: &WriteTx<'_>, topic: &Topic) -> Result<u64> {
    let number = NUMBERS.get(tx, &topic.id)?.unwrap_or_default() + 1;
    NUMBERS.put(tx, &topic.id, &number)?;
    Ok(number)
}

/// Counts a request for what it is billed as: once for every 64 KB. The first one is counted with the
/// request itself.
pub(crate) fn bill(ctx: &Ctx, bytes: usize) {
    let more = bytes.div_ceil(BILLED_BYTES).saturating_sub(1);
    if more > 0 {
        ctx.meter(Unit::Requests, more as f64, "");
    }
}

fn check_id(parameter: &str, id: &str) -> Result<()> {
    if (1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic()) {
        return Ok(());
    }
    Err(error::invalid(format!(
        "The {parameter} parameter can only include alphanumeric and punctuation characters. 1 to \
         128 in length"
    )))
}
