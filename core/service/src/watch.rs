//! Requests that a room wants to know of once they are answered, as their senders wrote them.

use std::sync::Arc;
use std::time::Duration;

use aquifer_ctx::Ctx;
use aquifer_schema::Timestamp;

/// A room that watches requests.
pub trait Watch: Send + Sync {
    /// Whether it watches anything; asked of every request, so the answer must be at hand.
    fn is_on(&self) -> bool;

    /// Tells of a request.
    fn seen(&self, seen: Seen);
}

/// Who watches requests for a service, under the type by which it is found.
pub struct Watcher {
    /// The service, by name.
    pub service: &'static str,
    pub watch: Arc<dyn Watch>,
}

/// How a request was signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedBy {
    Nothing,
    /// Signature Version 4, in a header.
    Header,
    /// Signature Version 4, in the query.
    Query,
    /// Signature Version 2, in the query.
    OldQuery,
}

/// A request and its answer.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Of its sender, as far as it was known.
    pub ctx: Ctx,
    pub began: Timestamp,
    pub took: Duration,
    /// The operation by name, if the path is one of the model's.
    pub operation: Option<&'static str>,
    /// What the path names.
    pub labels: Vec<(&'static str, String)>,
    /// `GET /bucket/key?query HTTP/1.1`.
    pub line: String,
    pub signed_by: SignedBy,
    pub host: Option<String>,
    pub referrer: Option<String>,
    /// Bytes of the request's body, as it says.
    pub received: Option<u64>,
    pub status: u16,
    pub error: Option<String>,
    /// Bytes of the answer's body.
    pub sent: Option<u64>,
    /// Bytes of the whole of which the answer is a part.
    pub whole: Option<u64>,
    /// The version that the answer names.
    pub version_id: Option<String>,
}
