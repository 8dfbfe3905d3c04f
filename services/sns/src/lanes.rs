//! Lanes: what is on its way to the endpoint of a subscription, in the order it was published.
//!
//! A lane has one job, which sends what is there in batches until nothing is left. What the queue
//! refuses for good goes to the subscription's dead letters; what fails otherwise stays where it is
//! and is tried again, later and later. Nothing overtakes within a lane, and lanes do not wait for
//! one another.
//!
//! <https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html>

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Context;
use platform::jobs::{Job, JobKey, schedule};
use platform::{
    Bytes, Ctx, Fail, House, OnBehalf, Result, Scope, Source, Timestamp, WriteTx, call_as,
};
use sqs_api::{
    MessageAttributeValue, SendMessage, SendMessageBatch, SendMessageBatchInput,
    SendMessageBatchRequestEntry, SendMessageInput,
};

use crate::store::{LANES, Parcel, SUBSCRIPTIONS, Subscription, Value};
use crate::{calls, endpoint, names};

/// Sends what is in a lane.
const SEND: &str = "sns.send";
/// Forgets what was published to a topic that is gone.
const FORGET: &str = "sns.forget";
/// Rows forgotten in one go.
const FORGET_ROWS: usize = 500;
/// AWS: a queue that does not answer is tried for 23 days.
const PATIENCE: Duration = Duration::from_secs(23 * 86_400);
/// The most that is sent in one call.
const BATCH: usize = 10;
/// The most bytes that are sent in one call, as far as there are several messages.
const BATCH_BYTES: usize = 1 << 20;
/// Codes of refusals that are over some time later.
const PASSING: [&str; 5] = [
    "OverLimit",
    "RequestThrottled",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

/// Registers the jobs.
pub(crate) fn register(house: &House) {
    house.jobs.register(FORGET, |ctx, job| async move {
        let topic = job.key.parse().context("the key is a topic's number")?;
        forget(&ctx, topic, job.due).await
    });
    house.jobs.register_long(SEND, |ctx, job| async move { send(&ctx, &job).await });
}

/// Calls for what a topic that is gone remembers to be forgotten.
///
/// # Errors
/// If the store cannot be read.
pub(crate) fn forget_later(tx: &WriteTx<'_>, topic: u64, now: Timestamp) -> Result<()> {
    Ok(schedule(tx, &JobKey::new(FORGET, topic.to_string()), now, Vec::new())?)
}

/// One go, and the next one if there is more: other jobs come between.
async fn forget(ctx: &Ctx, topic: u64, due: Timestamp) -> anyhow::Result<()> {
    ctx.write(|tx| {
        if !aquifer_queue::sweep(tx, topic, FORGET_ROWS)? {
            forget_later(tx, topic, due)?;
        }
        Ok::<_, Fail>(())
    })
    .await?;
    Ok(())
}

/// Puts something into a lane.
///
/// # Errors
/// If the store cannot be read.
pub(crate) fn put(
    tx: &WriteTx<'_>,
    (topic, id): (&str, &str),
    number: u64,
    parcel: &Parcel,
    now: Timestamp,
) -> Result<()> {
    LANES.put(tx, &(id, number), parcel)?;
    Ok(schedule(tx, &JobKey::new(SEND, format!("{topic}:{id}")), now, Vec::new())?)
}

async fn send(ctx: &Ctx, job: &Job) -> anyhow::Result<()> {
    let (topic, id) = job.key.split_once(':').context("the key is a topic's name and an id")?;
    loop {
        let (subscription, batch) = ctx.read(|tx| {
            let subscription = SUBSCRIPTIONS.get(tx, &(topic, id))?;
            let (mut batch, mut bytes) = (Vec::new(), 0);
            for row in LANES.scan(tx).prefix(&(id,)).take(BATCH) {
                let ((_, number), parcel) = row?;
                bytes += size(&parcel);
                if bytes > BATCH_BYTES && !batch.is_empty() {
                    break;
                }
                batch.push((number, parcel));
            }
            Ok::<_, Fail>((subscription, batch))
        })?;
        let Some(subscription) = subscription.filter(|_| !batch.is_empty()) else { return Ok(()) };
        let sent = send_batch(ctx, (topic, id), &subscription, &batch).await?;
        ctx.write(|tx| {
            for number in &sent.done {
                LANES.delete(tx, &(id, *number))?;
            }
            Ok::<_, Fail>(())
        })
        .await?;
        if let Some(fail) = sent.later {
            return Err(fail.into());
        }
    }
}

/// What a call came to: what need not be sent any more, and why the rest must be.
pub(crate) struct Sent {
    pub done: Vec<u64>,
    pub later: Option<Fail>,
}

async fn send_batch(
    ctx: &Ctx,
    (topic, id): (&str, &str),
    subscription: &Subscription,
    batch: &[(u64, Parcel)],
) -> Result<Sent> {
    let mut sent = Sent { done: Vec::new(), later: None };
    let mut dead = Vec::new();
    if subscription.protocol == endpoint::LAMBDA {
        return calls::send(ctx, (topic, id), subscription, batch).await;
    }
    let Some((target, queue_url)) = endpoint::queue(&subscription.endpoint) else {
        sent.done = batch.iter().map(|(number, _)| *number).collect();
        return Ok(sent);
    };
    let fifo = queue_url.ends_with(".fifo");
    let entries = batch.iter().map(|(number, parcel)| entry(*number, parcel, fifo)).collect();
    let input = SendMessageBatchInput { queue_url, entries };
    let who = on_behalf(ctx, topic, target);
    match call_as::<SendMessageBatch>(ctx, &who, input).await {
        Ok(answer) => {
            for (number, parcel) in batch {
                let id = number.to_string();
                match answer.failed.iter().find(|entry| entry.id == id) {
                    None => sent.done.push(*number),
                    Some(entry) => {
                        let message = entry.message.clone().unwrap_or_default();
                        let status = if entry.sender_fault { 400 } else { 500 };
                        let fail = Fail::new(entry.code.clone(), status, message);
                        sort(ctx, (*number, parcel), fail, &mut dead, &mut sent.later);
                    }
                }
            }
        }
        Err(fail) => {
            for (number, parcel) in batch {
                let fail = Fail::new(fail.code().to_owned(), fail.status(), fail.message());
                sort(ctx, (*number, parcel), fail, &mut dead, &mut sent.later);
            }
        }
    }
    for (number, parcel, fail) in dead {
        bury(ctx, topic, subscription, parcel, &fail).await?;
        sent.done.push(number);
    }
    Ok(sent)
}

/// What failed is dead or is tried again.
pub(crate) fn sort<'a>(
    ctx: &Ctx,
    (number, parcel): (u64, &'a Parcel),
    fail: Fail,
    dead: &mut Vec<(u64, &'a Parcel, Fail)>,
    later: &mut Option<Fail>,
) {
    let for_good = fail.status() < 500 && !PASSING.contains(&fail.code());
    if for_good || ctx.now() >= parcel.since + PATIENCE {
        dead.push((number, parcel, fail));
    } else {
        later.get_or_insert(fail);
    }
}

/// Sends a dead letter to the queue for them, if there is one.
pub(crate) async fn bury(
    ctx: &Ctx,
    topic: &str,
    subscription: &Subscription,
    parcel: &Parcel,
    why: &Fail,
) -> Result<()> {
    let dead = subscription.dead_letters();
    let Some((target, queue_url)) = dead.and_then(|arn| endpoint::queue(&arn)) else {
        tracing::warn!(topic, endpoint = subscription.endpoint, %why, "a message is dropped");
        return Ok(());
    };
    let fifo = queue_url.ends_with(".fifo");
    let entry = entry(0, parcel, fifo);
    let mut attributes = entry.message_attributes.unwrap_or_default();
    for (name, text) in [
        ("RequestID", ctx.ids().uuid()),
        ("ErrorCode", why.code().to_owned()),
        ("ErrorMessage", why.message().to_owned()),
    ] {
        let value = Value { kind: "String".to_owned(), text: Some(text), bytes: None };
        attributes.insert(name.to_owned(), shown(&value));
    }
    let input = SendMessageInput {
        queue_url,
        message_body: entry.message_body,
        message_attributes: Some(attributes),
        message_group_id: entry.message_group_id,
        message_deduplication_id: entry.message_deduplication_id,
        ..SendMessageInput::default()
    };
    match call_as::<SendMessage>(ctx, &on_behalf(ctx, topic, target), input).await {
        Err(fail) if fail.status() < 500 && !PASSING.contains(&fail.code()) => {
            tracing::warn!(topic, %fail, "a dead letter was refused and is dropped");
            Ok(())
        }
        sent => sent.map(drop),
    }
}

/// The topic as the one who sends.
pub(crate) fn on_behalf(ctx: &Ctx, topic: &str, target: Scope) -> OnBehalf {
    let arn = names::arn(ctx.scope(), topic);
    let source = Source { arn, account: ctx.scope().account.as_str().to_owned() };
    OnBehalf { principal: sns_api::SERVICE.principal, source, target }
}

fn entry(number: u64, parcel: &Parcel, fifo: bool) -> SendMessageBatchRequestEntry {
    let attributes: BTreeMap<_, _> =
        parcel.attributes.iter().map(|(name, value)| (name.clone(), shown(value))).collect();
    SendMessageBatchRequestEntry {
        id: number.to_string(),
        message_body: parcel.body.clone(),
        message_attributes: (!attributes.is_empty()).then_some(attributes),
        message_group_id: parcel.group.clone(),
        message_deduplication_id: parcel.dedup.clone().filter(|_| fifo),
        ..SendMessageBatchRequestEntry::default()
    }
}

fn shown(value: &Value) -> MessageAttributeValue {
    MessageAttributeValue {
        data_type: value.kind.clone(),
        string_value: value.text.clone(),
        binary_value: value.bytes.as_ref().map(|bytes| Bytes::copy_from_slice(&bytes.0)),
        ..MessageAttributeValue::default()
    }
}

fn size(parcel: &Parcel) -> usize {
    parcel.body.len() + crate::message::size(&parcel.attributes)
}
