//! S3 Control: what is managed of S3 by account rather than by bucket.
//!
//! Jobs of S3 Batch Operations are rows; what runs one is a durable job that reads its manifest a
//! piece at a time, calls S3 through its api as a session of the job's role, and notes how far it
//! is, so that the next server goes on where this one stopped.
//!
//! Every call names an account, which must be the caller's own.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_AWS_S3_Control.html>

mod account;
mod batch;
mod error;
mod model;
mod ops;
mod session;
mod store;

use std::sync::Arc;

use platform::{House, Service};

/// The room.
pub struct S3Control;

/// Opens the room.
///
/// # Errors
/// Never; the signature is that of all rooms.
pub fn service(house: &House) -> anyhow::Result<Service> {
    batch::register(house);
    Ok(ops::register(Service::new(&s3control_api::SERVICE, Arc::new(S3Control))).build())
}
