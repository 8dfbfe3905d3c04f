//! Where things are: the tables of this room. Packages are files, found by their digests.

use std::collections::BTreeMap;

use lambda_api::{
    AliasConfiguration, EventSourceMappingConfiguration, FunctionConfiguration,
    FunctionEventInvokeConfig, GetLayerVersionOutput,
};
use platform::{Blob, Ctx, Row, Scope, Stored, Table, Tags, Timestamp};
use serde::{Deserialize, Serialize};

use crate::names::Named;

/// Name → function.
pub(crate) static FUNCTIONS: Table<String, Function> = Table::regional("lambda.functions");
/// (function, number) → what was published under it.
pub(crate) static VERSIONS: Table<(String, u64), Version> = Table::regional("lambda.versions");
/// (function, name) → alias.
pub(crate) static ALIASES: Table<(String, String), Stored<AliasConfiguration>> =
    Table::regional("lambda.aliases");
/// (function, request id) → a call that nobody waits for.
pub(crate) static EVENTS: Table<(String, String), Event> = Table::regional("lambda.events");

/// (layer, number) → what was published under it.
pub(crate) static LAYERS: Table<(String, u64), LayerVersion> = Table::regional("lambda.layers");
/// (whose, id) → which function is called with the messages of which queue. Of all together, for
/// those who poll.
pub(crate) static MAPPINGS: Table<(Scope, String), Mapping> = Table::global("lambda.mappings");

/// (whose, function, qualifier) → how many sandboxes are to be ready. Of all together, for those who
/// look after it.
pub(crate) static PROVISIONED: Table<(Scope, String, String), Provisioned> =
    Table::global("lambda.provisioned");

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
    /// How much that holds.
    #[serde(default)]
    pub unpacked: u64,
    /// The digests of its layers, in their order.
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

/// Which function is called with the messages of which queue.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Mapping {
    /// As clients read it.
    pub config: Stored<EventSourceMappingConfiguration>,
    /// Where the function is.
    pub scope: Scope,
    pub function: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualifier: Option<String>,
    /// The path of the queue's URL.
    pub queue_url: String,
    pub enabled: bool,
    /// Another one whenever it is polled otherwise.
    pub revision: String,
}

impl Row for Mapping {}

impl Mapping {
    /// The function that is called, for a call of its own.
    pub fn named(&self, ctx: &Ctx) -> Named {
        Named {
            ctx: ctx.with_scope(self.scope.clone()).with_request_id(&ctx.ids().uuid()),
            name: self.function.clone(),
            qualifier: self.qualifier.clone(),
        }
    }
}

/// A version of a layer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LayerVersion {
    /// As clients read it; none once it is deleted, for those that have it keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Stored<GetLayerVersionOutput>>,
    pub digest: String,
    pub size: i64,
    pub unpacked: u64,
}

impl Row for LayerVersion {}

/// How many sandboxes are to be ready.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Provisioned {
    pub count: u32,
    pub modified: Timestamp,
}

impl Row for Provisioned {}
