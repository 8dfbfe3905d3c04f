//! Where things are: the tables of this room.

use platform::{Row, Table, Tags, Timestamp};
use serde::{Deserialize, Serialize};

/// Name → group.
pub(crate) static GROUPS: Table<String, Group> = Table::regional("logs.groups");
/// (number of a group, name) → stream.
pub(crate) static STREAMS: Table<(u64, String), Stream> = Table::regional("logs.streams");
/// (number of a group, milliseconds, number) → event.
pub(crate) static EVENTS: Table<(u64, i64, u64), Event> = Table::regional("logs.events");
/// (number of a group, stream, milliseconds, number): the events of a stream.
pub(crate) static OF_STREAMS: Table<(u64, String, i64, u64), ()> =
    Table::regional("logs.of_streams");
/// The last number that an event of a group was given.
pub(crate) static NUMBERS: Table<u64, u64> = Table::regional("logs.numbers");

/// A group of streams.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Group {
    /// Tells it from others that had the name before.
    pub id: u64,
    pub created: Timestamp,
    /// For how many days events are kept; for ever where it says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<i32>,
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
    /// What its events come to.
    #[serde(default)]
    pub bytes: i64,
}

impl Row for Group {}

/// A stream of events.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Stream {
    pub created: Timestamp,
    /// Milliseconds of the first and of the last event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<i64>,
    /// When something came last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ingested: Option<i64>,
}

impl Row for Stream {}

/// An event.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Event {
    pub stream: String,
    pub message: String,
    /// When it came, in milliseconds.
    pub ingested: i64,
}

impl Row for Event {}
