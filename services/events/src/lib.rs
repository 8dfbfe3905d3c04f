//! Events, and rules that say who is sent which.
//!
//! A bus is a name under which there are rules; a rule is a pattern (`engines/expr`) with targets. An
//! event is not kept: in the transaction that accepts it, a delivery for each target of each rule that
//! it matches is put into the outbox, so that what was accepted arrives, whatever happens to the
//! server in between.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/Welcome.html>

mod error;
mod event;
mod input;
mod ops;
mod paging;
mod place;
mod store;
mod tagging;
mod targets;

use std::sync::Arc;

use platform::{House, Service};

/// The room.
pub struct Events;

/// Opens the room.
///
/// # Errors
/// Never; the signature is that of all rooms.
pub fn service(_house: &House) -> anyhow::Result<Service> {
    Ok(ops::register(Service::new(&events_api::SERVICE, Arc::new(Events))).build())
}
