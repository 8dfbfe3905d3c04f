//! Topics: what is published once reaches everyone who subscribed.
//!
//! A topic is a row with its attributes as clients wrote them, and so is a subscription. What is
//! published is not kept: in the transaction that accepts it, what each subscriber is to get is
//! written into that subscription's lane (`lanes.rs`), from which it is sent in order until it has
//! arrived or is a dead letter, whatever happens to the server in between.
//!
//! <https://docs.aws.amazon.com/sns/latest/api/welcome.html>

mod attributes;
mod batch;
mod calls;
mod endpoint;
mod envelope;
mod error;
mod filter;
mod lanes;
mod message;
mod names;
mod ops;
mod paging;
mod permission;
mod publishing;
mod resources;
mod store;
mod subscription_attributes;
mod subscriptions;
mod tagging;
mod topics;

use std::sync::Arc;

use platform::{House, Service};

/// The room.
pub struct Sns;

/// Opens the room.
///
/// # Errors
/// Never; the signature is that of all rooms.
pub fn service(house: &House) -> anyhow::Result<Service> {
    lanes::register(house);
    let room = Service::new(&sns_api::SERVICE, Arc::new(Sns));
    Ok(ops::register(room).resources(Arc::new(resources::Topics)).build())
}
