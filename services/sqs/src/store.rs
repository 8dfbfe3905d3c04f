//! Where things are: the tables of this room. Messages are in the engine's tables, under the number
//! of their queue.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use platform::{Row, Table, Tags, Timestamp};
use serde::{Deserialize, Serialize};

/// Name → queue.
pub(crate) static QUEUES: Table<String, Queue> = Table::regional("sqs.queues");
/// Name → when the last queue of that name was deleted.
pub(crate) static DELETED: Table<String, Timestamp> = Table::regional("sqs.deleted");
/// (dead-letter queue, queue whose dead letters it takes).
pub(crate) static SOURCES: Table<(String, String), ()> = Table::regional("sqs.sources");
/// (source, start, id) → a task that moves messages; the newest first.
pub(crate) static TASKS: Table<(String, Reverse<Timestamp>, String), Task> =
    Table::regional("sqs.move_tasks");

/// A queue.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Queue {
    pub name: String,
    /// The engine's number. A purged queue has another from then on.
    pub id: u64,
    pub created: Timestamp,
    pub modified: Timestamp,
    /// What clients set, as they wrote it.
    pub attributes: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purged: Option<Timestamp>,
}

impl Row for Queue {}

/// How a task that moves messages stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum TaskState {
    Running,
    Cancelled,
    Completed,
    Failed,
}

/// A task that moves messages.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Task {
    pub state: TaskState,
    pub source_arn: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination_arn: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_second: Option<u32>,
    pub to_move: u64,
    pub moved: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

impl Row for Task {}
