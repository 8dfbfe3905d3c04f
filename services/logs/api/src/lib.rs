//! Amazon CloudWatch Logs as its model states it: types, schemas, errors, a typed client. No logic, no storage.
//!
//! Generated from `models/logs.json` for the operations that `service.toml` lists.

#![allow(clippy::all, clippy::disallowed_methods, clippy::unwrap_used)]

include!(concat!(env!("OUT_DIR"), "/api.rs"));
