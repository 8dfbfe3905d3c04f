//! Where things are: the tables of this room. Packages are files, found by their digests.

use std::collections::BTreeMap;

use lambda_api::{AliasConfiguration, FunctionConfiguration, FunctionEventInvokeConfig};
use platform::{Blob, Row, Stored, Table, Tags, Timestamp};
use serde::{Deserialize, Serialize};

/// Name → function.
pub(crate) static FUNCTIONS: Table<String, Function> = Table::regional("lambda.functions");
/// (function, number) → what was published under it.
pub(crate) static VERSIONS: Table<(String, u64), Version> = Table::regional("lambda.versions");
/// (function, name) → alias.
pub(crate) static ALIASES: Table<(String, String), Stored<AliasConfiguration>> =
    Table::regional("lambda.aliases");
/// (function, request id) → a call that nobody waits for.
pub(crate) static EVENTS: Table<(String, String), Event> = Table::regional("lambda.events");

/// What is counted of all functions together.
pub(crate) static TOTALS: Table<(), Totals> = Table::regional("lambda.totals");

/// A function.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Function {
    /// Tells it from others that had the name before.
    pub id: u64,
    /// What `$LATEST` is.
    pub latest: Version,
    /// The number that was published last.
    #[serde(default)]
    pub published: u64,
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
    /// Calls that may run at once, of those of the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserved: Option<u32>,
    /// Qualifier, or nothing → policy.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub policies: BTreeMap<String, Policy>,
    /// Qualifier → what is done with calls that nobody waits for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub events: BTreeMap<String, Stored<FunctionEventInvokeConfig>>,
}

impl Row for Function {}

/// A function as it was, or is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Version {
    /// As clients read it.
    pub config: Stored<FunctionConfiguration>,
    /// The digest of its package, in hex.
    pub digest: String,
    /// Those of its layers, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<String>,
}

impl Row for Version {}

/// Who may call a function.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Policy {
    pub document: String,
    pub revision: String,
}

/// A call that nobody waits for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Event {
    /// How the function was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualifier: Option<String>,
    pub payload: Blob,
    /// When it was accepted.
    pub since: Timestamp,
    /// How often it was run.
    #[serde(default)]
    pub runs: u32,
    /// How often it could not be run since.
    #[serde(default)]
    pub put_off: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    #[serde(default)]
    pub trace: String,
    /// How it ended, until everyone is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
}

impl Row for Event {}

/// How a call ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Ended {
    pub success: bool,
    /// Why it is over, as those are told who want to know.
    pub condition: String,
    /// The version that ran last; none if none did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What it answered, or what was told of its failure.
    pub payload: Blob,
}

/// What is counted of all functions together.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Totals {
    /// Calls that some functions have for themselves.
    pub reserved: u32,
}

impl Row for Totals {}
