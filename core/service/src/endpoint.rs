//! An interface of a room that its model does not describe: under a path of its own, and in its own
//! words.

use aquifer_ctx::Ctx;
use aquifer_schema::Bytes;
use futures::future::BoxFuture;

use crate::fail::{Fail, Result};
use crate::pipeline::Platform;

/// A request of such an interface; who sends it is known.
pub struct EndpointRequest {
    pub method: String,
    /// The parts of the path after the endpoint's own, decoded one by one.
    pub path: Vec<String>,
    /// Names and values, decoded.
    pub query: Vec<(String, String)>,
    pub body: Bytes,
}

/// What it is answered.
pub struct EndpointAnswer {
    pub status: u16,
    pub content_type: &'static str,
    pub body: Bytes,
}

/// A room that has such an interface. What it does it does by its operations, so that they are
/// authorized, counted and recorded as ever.
pub trait Endpoint: Send + Sync {
    /// How its paths begin: `/iceberg/`.
    fn prefix(&self) -> &'static str;

    /// Serves a request.
    ///
    /// # Errors
    /// What [`Endpoint::refuse`] is to say.
    fn serve<'a>(
        &'a self,
        platform: &'a Platform,
        ctx: &'a Ctx,
        request: EndpointRequest,
    ) -> BoxFuture<'a, Result<EndpointAnswer>>;

    /// A refusal, whoever refuses.
    fn refuse(&self, fail: &Fail) -> EndpointAnswer;
}
