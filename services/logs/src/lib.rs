//! Logs: events in the order of their times, in streams, in groups.
//!
//! An event is a row of its group, under its time and a number that tells apart what happened in the
//! same millisecond; a second table says which of them are a stream's. So a group is read in the order
//! of time across its streams, and a stream is read alone. What is older than its group keeps is not
//! shown, and is removed by a job later.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/Welcome.html>

mod error;
mod events;
mod groups;
mod jobs;
mod ops;
mod pattern;
mod store;

use std::sync::Arc;

use platform::{House, Service};

/// The room.
pub struct Logs;

/// Opens the room.
///
/// # Errors
/// Never; the signature is that of all rooms.
pub fn service(house: &House) -> anyhow::Result<Service> {
    jobs::register(house);
    Ok(ops::register(Service::new(&logs_api::SERVICE, Arc::new(Logs))).build())
}
