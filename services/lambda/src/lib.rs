//! Functions: code that runs when it is called.
//!
//! A function is a row: its configuration as clients read it, the digest of its package, its versions
//! and aliases, its policies. What runs it is `engines/functions`: a process that speaks the Runtime
//! API, kept for the next call. Calls that nobody waits for are rows too (`events.rs`), with a job
//! that runs them, so that they outlive the server; they are tried again by the clock of the house. Queues
//! whose messages a function is called with are polled by tasks (`sources/`).
//!
//! Code runs as a session of the function's role, and finds this server by `AWS_ENDPOINT_URL`.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/welcome.html>

mod aliases;
mod code;
mod destinations;
mod error;
mod events;
mod layers;
mod logging;
mod names;
mod ops;
mod paging;
mod permission;
mod provisioned;
mod resources;
mod role;
mod running;
mod settings;
mod sources;
mod store;
mod tagging;
mod versions;
mod words;

use std::sync::Arc;

use aquifer_functions::Functions;
use platform::{House, Service};

/// How many calls of an account run at once in a region, where AWS did not raise it.
const CONCURRENCY: u64 = 1_000;

/// The room.
#[derive(Clone)]
pub struct Lambda {
    functions: Functions,
    /// How many calls of an account run at once in a region.
    concurrency: usize,
}

/// Opens the room.
///
/// # Errors
/// When the folder of packages cannot be read.
pub fn service(house: &House) -> anyhow::Result<Service> {
    let folder = house.data.as_ref().map(|data| data.join("functions"));
    let functions = Functions::open(&house.parts, folder)?;
    functions.look_after();
    let concurrency = house.bounds.of("lambda.concurrent-executions", CONCURRENCY);
    let room = Lambda { functions, concurrency: usize::try_from(concurrency)? };
    events::register(house, &room);
    sources::start(house, &room);
    provisioned::start(house, &room);
    let clear = room.functions.clone();
    let service = Service::new(&lambda_api::SERVICE, Arc::new(room));
    let service = ops::register(service).resources(Arc::new(resources::OfFunctions));
    Ok(service.on_reset(move || clear.clear()).build())
}
