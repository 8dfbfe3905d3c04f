//! Where things are: the tables of this room.

use events_api::Target;
use platform::{Row, Stored, Table, Tags, Timestamp};
use serde::{Deserialize, Serialize};

/// Name → bus. The default one has a row only once it has tags.
pub(crate) static BUSES: Table<String, Bus> = Table::regional("events.buses");
/// (bus, name) → rule.
pub(crate) static RULES: Table<(String, String), Rule> = Table::regional("events.rules");
/// (bus, rule, id) → target.
pub(crate) static TARGETS: Table<(String, String, String), Stored<Target>> =
    Table::regional("events.targets");

/// A bus.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Bus {
    pub created: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl Row for Bus {}

/// A rule.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Rule {
    /// As it was given.
    pub pattern: String,
    pub enabled: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<String>,
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

impl Row for Rule {}
