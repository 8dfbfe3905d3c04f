//! Where things are: the tables of this room. What was published lately to FIFO topics is remembered
//! in the queue engine's table of repeats, under the number of the topic.

use std::collections::BTreeMap;

use platform::{AccountId, Blob, Row, Table, Tags, Timestamp};
use serde::{Deserialize, Serialize};

/// Name → topic.
pub(crate) static TOPICS: Table<String, Topic> = Table::regional("sns.topics");
/// Number of a topic → the last number that it gave to a message.
pub(crate) static NUMBERS: Table<u64, u64> = Table::regional("sns.numbers");
/// (topic, id) → subscription, where the topic is.
pub(crate) static SUBSCRIPTIONS: Table<(String, String), Subscription> =
    Table::regional("sns.subscriptions");
/// (topic, protocol, endpoint) → the id of their subscription.
pub(crate) static ENDPOINTS: Table<(String, String, String), String> =
    Table::regional("sns.endpoints");
/// (id of a subscription, number) → what is on its way to the endpoint.
pub(crate) static LANES: Table<(String, u64), Parcel> = Table::regional("sns.lanes");

/// A topic.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Topic {
    pub name: String,
    /// Tells it from others that had the name before.
    pub id: u64,
    /// What clients set, as they wrote it.
    pub attributes: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
    /// Subscriptions that were deleted.
    #[serde(default, skip_serializing_if = "is_none_yet")]
    pub unsubscribed: u64,
}

impl Row for Topic {}

fn is_none_yet(count: &u64) -> bool {
    *count == 0
}

/// A subscription.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Subscription {
    pub protocol: String,
    pub endpoint: String,
    pub owner: AccountId,
    /// Who subscribed, as an ARN.
    pub principal: String,
    /// What clients set, as they wrote it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// What the endpoint has to show before it is sent anything; none once it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Token>,
    /// It was not confirmed by a token.
    #[serde(default)]
    pub authenticated: bool,
}

impl Row for Subscription {}

/// What an endpoint shows to confirm that it wants to be sent messages.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Token {
    pub text: String,
    pub until: Timestamp,
}

/// What is sent to an endpoint.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Parcel {
    /// When it was published.
    pub since: Timestamp,
    pub body: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dedup: Option<String>,
}

impl Row for Parcel {}

/// The value of an attribute of a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Value {
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<Blob>,
}
