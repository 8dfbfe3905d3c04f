//! `ReceiveMessage`: up to ten messages, waiting for the first one if that is asked for.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html>

use std::collections::BTreeMap;
use std::time::Duration;

use aquifer_queue::{Received, Wanted};
use platform::{Ctx, Fail, Handle, Result, Timestamp};
use sqs_api::{Message, ReceiveMessage, ReceiveMessageInput, ReceiveMessageOutput};

use crate::letter::{self, Letter};
use crate::receipt::Receipt;
use crate::{Sqs, error, queues, sending};

/// The most messages of a queue that are held at once.
const IN_FLIGHT_MAX: u64 = 120_000;

/// What clients may ask about a message.
const SYSTEM_ATTRIBUTES: &[&str] = &[
    "All",
    "AWSTraceHeader",
    "ApproximateFirstReceiveTimestamp",
    "ApproximateReceiveCount",
    "DeadLetterQueueSourceArn",
    "MessageDeduplicationId",
    "MessageGroupId",
    "SenderId",
    "SentTimestamp",
    "SequenceNumber",
];

/// A receiver's wishes, checked.
struct Wish {
    max: usize,
    visibility: Option<Duration>,
    wait: Option<Duration>,
    system: Vec<String>,
    named: Vec<String>,
}

/// What one look at the queue came to.
enum Look {
    Found(u64, Vec<Received>),
    /// Nothing, and when there may be something.
    Nothing {
        queue: u64,
        next: Option<Timestamp>,
        wait: Duration,
    },
}

impl Handle<ReceiveMessage> for Sqs {
    async fn handle(&self, ctx: &Ctx, input: ReceiveMessageInput) -> Result<ReceiveMessageOutput> {
        let wish = Wish::new(&input)?;
        let (ctx, name) = queues::locate(ctx, &input.queue_url)?;
        let started = ctx.now();
        let mut arrivals = None;
        loop {
            let (queue, next, wait) = match look(&ctx, &name, &wish).await? {
                Look::Found(queue, found) => return answer(&ctx, queue, found, &wish),
                Look::Nothing { queue, next, wait } => (queue, next, wait),
            };
            let until = started + wait;
            if ctx.now() >= until || ctx.shutdown_token().is_cancelled() {
                return Ok(ReceiveMessageOutput { messages: None });
            }
            // What comes between looking and waiting is seen by looking again.
            let waiting = match &mut arrivals {
                Some((waits_at, waiting)) if *waits_at == queue => waiting,
                _ => {
                    arrivals = Some((queue, self.arrivals.wait(queue)));
                    continue;
                }
            };
            tokio::select! {
                () = ctx.clock().sleep_until(next.map_or(until, |next| next.min(until))) => {}
                // An end of telling is an end of waiting: then the queue is looked at again.
                _ = waiting.changed() => {}
                () = ctx.shutdown_token().cancelled() => {}
            }
        }
    }
}

/// Looks at the queue, and takes what is there. Nothing is written where nothing is.
async fn look(ctx: &Ctx, name: &str, wish: &Wish) -> Result<Look> {
    let now = ctx.now();
    let (queue, outlook) = ctx.read(|tx| {
        let queue = queues::get(tx, name)?;
        let outlook = aquifer_queue::outlook(tx, queue.id, now)?;
        Ok::<_, Fail>((queue, outlook))
    })?;
    let wait = wish.wait.unwrap_or_else(|| queue.seconds("ReceiveMessageWaitTimeSeconds"));
    if outlook.ready {
        // Not waiting for the disk: if this is lost, the messages are received again.
        let taken = ctx.store().accept(ctx.scope(), |tx| {
            let queue = queues::get(tx, name)?;
            queues::bring_up(tx, &queue, now)?;
            if aquifer_queue::counts(tx, queue.id)?.leased >= IN_FLIGHT_MAX {
                return if wait.is_zero() {
                    Err(error::too_many_in_flight())
                } else {
                    Ok((queue.id, Vec::new()))
                };
            }
            let visibility = wish.visibility.unwrap_or_else(|| queue.seconds("VisibilityTimeout"));
            let (max, dead) = (wish.max, queue.dead_letters(tx)?);
            let wanted = Wanted { max, until: now + visibility, dead };
            Ok::<_, Fail>((queue.id, aquifer_queue::receive(tx, queue.id, now, &wanted)?))
        });
        let ((queue, found), accepted) = taken.await?;
        drop(accepted);
        if !found.is_empty() {
            return Ok(Look::Found(queue, found));
        }
    }
    let next = outlook.next.filter(|next| *next > now);
    Ok(Look::Nothing { queue: queue.id, next, wait })
}

impl Wish {
    fn new(input: &ReceiveMessageInput) -> Result<Self> {
        if input.receive_request_attempt_id.is_some() {
            return Err(error::absent("The parameter ReceiveRequestAttemptId of sqs"));
        }
        let max = input.max_number_of_messages.unwrap_or(1);
        let refused = |value: i32, name: &str, reason: &str| {
            error::invalid_value(&value.to_string(), name, reason)
        };
        let count = usize::try_from(max).ok().filter(|count| (1..=10).contains(count));
        let count = count.ok_or_else(|| {
            refused(max, "MaxNumberOfMessages", "Must be between 1 and 10, if provided.")
        })?;
        let seconds = |given: Option<i32>, name: &str, most: u64| {
            let Some(value) = given else { return Ok(None) };
            let seconds = u64::try_from(value).ok().filter(|seconds| *seconds <= most);
            let reason = format!("Must be >= 0 and <= {most}, if provided.");
            seconds
                .map(|s| Some(Duration::from_secs(s)))
                .ok_or_else(|| refused(value, name, &reason))
        };
        let asked = input.attribute_names.iter().flatten();
        let system: Vec<String> =
            asked.chain(input.message_system_attribute_names.iter().flatten()).cloned().collect();
        if let Some(name) = system.iter().find(|name| !SYSTEM_ATTRIBUTES.contains(&name.as_str())) {
            return Err(error::unknown_attribute(name));
        }
        Ok(Self {
            max: count,
            visibility: seconds(input.visibility_timeout, "VisibilityTimeout", 43_200)?,
            wait: seconds(input.wait_time_seconds, "WaitTimeSeconds", 20)?,
            system,
            named: input.message_attribute_names.clone().unwrap_or_default(),
        })
    }

    fn wants_system(&self, name: &str) -> bool {
        self.system.iter().any(|asked| asked == name || asked == "All")
    }

    /// Names, all, or all that begin so.
    fn wants_named(&self, name: &str) -> bool {
        self.named.iter().any(|asked| match asked.strip_suffix(".*") {
            Some("") => true,
            Some(prefix) => name.starts_with(prefix),
            None => asked == name || asked == "All",
        })
    }
}

fn answer(
    ctx: &Ctx,
    queue: u64,
    found: Vec<Received>,
    wish: &Wish,
) -> Result<ReceiveMessageOutput> {
    let mut messages = Vec::with_capacity(found.len());
    let mut bytes = 0;
    for received in found {
        let letter = Letter::decode(&received.payload)?;
        bytes += letter.size();
        messages.push(show(queue, received, letter, wish));
    }
    queues::bill(ctx, bytes);
    Ok(ReceiveMessageOutput { messages: Some(messages) })
}

fn show(queue: u64, received: Received, letter: Letter, wish: &Wish) -> Message {
    let millis = |at: Timestamp| (at.as_micros() / 1_000).to_string();
    let fifo = received.group.is_some();
    let mut attributes = BTreeMap::new();
    for (name, value) in [
        ("SenderId", Some(letter.sender)),
        ("SentTimestamp", Some(millis(received.sent))),
        ("ApproximateReceiveCount", Some(received.receives.to_string())),
        ("ApproximateFirstReceiveTimestamp", Some(millis(received.first_received))),
        ("SequenceNumber", fifo.then(|| sending::sequence(received.lease.number))),
        ("MessageDeduplicationId", letter.dedup),
        ("MessageGroupId", received.group.or(letter.group)),
        ("AWSTraceHeader", letter.trace),
        ("DeadLetterQueueSourceArn", received.origin),
    ] {
        if let Some(value) = value.filter(|_| wish.wants_system(name)) {
            attributes.insert(name.to_owned(), value);
        }
    }
    let wanted: BTreeMap<_, _> =
        letter.attributes.into_iter().filter(|(name, _)| wish.wants_named(name)).collect();
    let shown = || wanted.iter().map(|(name, value)| (name.clone(), value.show())).collect();
    Message {
        message_id: Some(letter.id),
        receipt_handle: Some(Receipt { queue, lease: received.lease }.text()),
        md5_of_body: Some(letter::md5_of(&letter.body)),
        body: Some(letter.body),
        attributes: (!attributes.is_empty()).then_some(attributes),
        // Of those that are answered, so that the client can check what it reads.
        md5_of_message_attributes: letter::md5_of_attributes(&wanted),
        message_attributes: (!wanted.is_empty()).then(shown),
    }
}
