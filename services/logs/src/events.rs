//! Events: which are taken, and how they are read.

use std::time::Duration;

use logs_api::{InputLogEvent, OutputLogEvent, RejectedLogEventsInfo};
use platform::{Fail, Result, Timestamp, WriteTx};

use crate::error;
use crate::groups::millis;
use crate::store::{EVENTS, Event, GROUPS, Group, NUMBERS, OF_STREAMS, STREAMS, Stream};

/// The most that the events of a call come to, each with what it costs besides its message.
const BATCH_BYTES: usize = 1_048_576;
const EVENT_OVERHEAD: usize = 26;
/// The events of a call are of one day.
const SPAN: Duration = Duration::from_secs(86_400);
/// Events that are later or earlier than that are not taken.
const NEW: Duration = Duration::from_secs(2 * 3_600);
const OLD: Duration = Duration::from_secs(14 * 86_400);
/// The most that one answer tells.
pub(crate) const ANSWER_EVENTS: usize = 10_000;
pub(crate) const ANSWER_BYTES: usize = 1_048_576;

/// Where an event is within its group.
pub(crate) type Place = (i64, u64);

/// What an event comes to.
pub(crate) fn size(message: &str) -> usize {
    message.len() + EVENT_OVERHEAD
}

/// Checks the events of a call.
///
/// # Errors
/// AWS's refusals of too much, of disorder, and of too long a time.
pub(crate) fn check(events: &[InputLogEvent]) -> Result<()> {
    let all: usize = events.iter().map(|event| size(&event.message)).sum();
    if all > BATCH_BYTES {
        return Err(error::invalid(format!(
            "Upload too large: {all} bytes exceeds limit of {BATCH_BYTES}"
        )));
    }
    let times: Vec<i64> = events.iter().map(|event| event.timestamp).collect();
    if !times.is_sorted() {
        return Err(error::invalid(
            "Log events in a single PutLogEvents request must be in chronological order.",
        ));
    }
    let span = i64::try_from(SPAN.as_millis()).unwrap_or(i64::MAX);
    if let (Some(first), Some(last)) = (times.first(), times.last())
        && last.saturating_sub(*first) > span
    {
        return Err(error::invalid(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 \
             hours.",
        ));
    }
    Ok(())
}

/// Keeps events, and answers which it did not.
///
/// # Errors
/// If the store cannot be read.
pub(crate) fn put(
    tx: &WriteTx<'_>,
    (name, group): (&str, &mut Group),
    stream: &str,
    events: Vec<InputLogEvent>,
    now: Timestamp,
) -> Result<Option<RejectedLogEventsInfo>> {
    let (new, old) = (millis(now + NEW), millis(now - OLD));
    let kept = group.kept_since(now);
    let count = |wanted: &dyn Fn(i64) -> bool| {
        let found = events.iter().filter(|event| wanted(event.timestamp)).count();
        i32::try_from(found).ok().filter(|found| *found > 0)
    };
    let late = count(&|time| time > new);
    let rejected = RejectedLogEventsInfo {
        too_new_log_event_start_index: late
            .map(|late| i32::try_from(events.len()).unwrap_or(i32::MAX) - late),
        too_old_log_event_end_index: count(&|time| time < old),
        expired_log_event_end_index: count(&|time| time >= old && time < kept)
            .and_then(|_| count(&|time| time < kept)),
    };
    let some = rejected.too_new_log_event_start_index.is_some()
        || rejected.too_old_log_event_end_index.is_some()
        || rejected.expired_log_event_end_index.is_some();
    let key = (group.id, stream);
    let mut row: Stream = STREAMS.get(tx, &key)?.ok_or_else(error::no_stream)?;
    let mut number = NUMBERS.get(tx, &group.id)?.unwrap_or_default();
    let ingested = millis(now);
    for event in events {
        let time = event.timestamp;
        if time > new || time < old.max(kept) {
            continue;
        }
        number += 1;
        group.bytes += size(&event.message) as i64;
        row.first = Some(row.first.map_or(time, |first| first.min(time)));
        row.last = Some(row.last.map_or(time, |last| last.max(time)));
        let kept = Event { stream: stream.to_owned(), message: event.message, ingested };
        EVENTS.put(tx, &(group.id, time, number), &kept)?;
        OF_STREAMS.put(tx, &(group.id, stream, time, number), &())?;
    }
    row.ingested = Some(ingested);
    NUMBERS.put(tx, &group.id, &number)?;
    STREAMS.put(tx, &key, &row)?;
    GROUPS.put(tx, name, group)?;
    Ok::<_, Fail>(some.then_some(rejected))
}

/// A token for what comes after, or before, a place.
pub(crate) fn token(way: char, (time, number): Place) -> String {
    format!("{way}/{time:020}{number:020}")
}

/// The place of a token.
///
/// # Errors
/// AWS's refusal of others.
pub(crate) fn place(token: &str) -> Result<(char, Place)> {
    let refused = || error::invalid("The specified nextToken is invalid.");
    let (way, rest) = token.split_once('/').ok_or_else(refused)?;
    let way = match way {
        "f" => 'f',
        "b" => 'b',
        _ => return Err(refused()),
    };
    let (time, number) = rest.split_at_checked(20).ok_or_else(refused)?;
    let time = time.parse().map_err(|_| refused())?;
    Ok((way, (time, number.parse().map_err(|_| refused())?)))
}

/// An event as clients read it.
pub(crate) fn shown(time: i64, event: Event) -> OutputLogEvent {
    OutputLogEvent {
        timestamp: Some(time),
        message: Some(event.message),
        ingestion_time: Some(event.ingested),
    }
}
