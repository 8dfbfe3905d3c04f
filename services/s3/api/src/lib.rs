//! Amazon S3 as its model states it: types, schemas, errors, a typed client. No logic, no storage.
//!
//! Generated from `models/s3.json` for the operations that `service.toml` lists.

#![allow(clippy::all, clippy::disallowed_methods, clippy::unwrap_used)]

include!(concat!(env!("OUT_DIR"), "/api.rs"));

mod inspects;
mod points;
mod replicates;

pub use inspects::{DigestKind, Digested, EncryptedBy, Inspector, Inspects};
pub use points::{Block, KeepsPoints, Later, NewPoint, Point, PointKeeper};
pub use replicates::{Replicates, Replicator};
