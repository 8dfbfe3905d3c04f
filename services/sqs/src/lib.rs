//! Queues of messages between those who send and those who work.
//!
//! A queue is a row with its attributes as clients wrote them; its messages are the queue engine's
//! (`engines/queue`), under a number that purging replaces, so that emptying a queue of any length is
//! one small change and the rest is swept later. Whoever polls long waits for a message to come or
//! for the clock to bring one back, and costs nothing meanwhile.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/Welcome.html>

mod arrivals;
mod attributes;
mod batch;
mod error;
mod jobs;
mod leases;
mod letter;
mod names;
mod ops;
mod paging;
mod permission;
mod queues;
mod receipt;
mod redrive;
mod resources;
mod sending;
mod store;
mod tagging;
mod tasks;

use std::sync::Arc;

use platform::{House, Service};

use crate::arrivals::Arrivals;

/// The room.
pub struct Sqs {
    arrivals: Arc<Arrivals>,
}

/// Opens the room.
///
/// # Errors
/// Never; the signature is that of all rooms.
pub fn service(house: &House) -> anyhow::Result<Service> {
    let arrivals = Arc::new(Arrivals::default());
    jobs::register(house, &arrivals);
    let room = Service::new(&sqs_api::SERVICE, Arc::new(Sqs { arrivals }));
    Ok(ops::register(room).resources(Arc::new(resources::Queues)).build())
}
