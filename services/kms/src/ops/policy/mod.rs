//! Policies of keys: every key has one, by the name of `default`.

mod get_key_policy;
mod list_key_policies;
mod put_key_policy;

use kms_api::error::not_found_exception;
use platform::{Result, ServiceBuilder};

use crate::Kms;

const NAME: &str = "default";

pub(super) fn register(room: ServiceBuilder<Kms>) -> ServiceBuilder<Kms> {
    room.op::<kms_api::GetKeyPolicy>()
        .op::<kms_api::ListKeyPolicies>()
        .op::<kms_api::PutKeyPolicy>()
}

/// Refuses every name but the one there is.
fn check_name(name: Option<&str>) -> Result<()> {
    match name {
        None | Some(NAME) => Ok(()),
        Some(_) => Err(not_found_exception("No such policy exists")),
    }
}
