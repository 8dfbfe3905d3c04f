//! Temporary credentials: who the caller is, and how to become someone else for a while.
//!
//! A session is a row keyed by its access key id: secret, token, identity, end. The gateway finds
//! it there when a request is signed with it; nothing else of a session is kept anywhere. Roles
//! are IAM's: this room asks for them through IAM's api, acting as the service itself.
//!
//! <https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html>

mod chaining;
mod error;
mod model;
mod ops;
mod store;

use std::sync::Arc;

use platform::{House, Service};

/// The room.
pub struct Sts;

/// Opens the room.
///
/// # Errors
/// Never; the signature is that of all rooms.
pub fn service(_: &House) -> anyhow::Result<Service> {
    let room = Service::new(&sts_api::SERVICE, Arc::new(Sts));
    Ok(ops::register(room).credentials(Arc::new(store::Sessions)).build())
}
