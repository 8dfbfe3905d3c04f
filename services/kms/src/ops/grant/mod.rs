//! Grants: given, listed, retired by those they are for, revoked by those who rule the key.

mod create_grant;
mod list_grants;
mod list_retirable_grants;
mod retire_grant;
mod revoke_grant;

use kms_api::error::not_found_exception;
use platform::{Fail, ServiceBuilder};

use crate::Kms;

pub(super) fn register(room: ServiceBuilder<Kms>) -> ServiceBuilder<Kms> {
    room.op::<kms_api::CreateGrant>()
        .op::<kms_api::ListGrants>()
        .op::<kms_api::ListRetirableGrants>()
        .op::<kms_api::RetireGrant>()
        .op::<kms_api::RevokeGrant>()
}

fn no_grant(id: &str) -> Fail {
    not_found_exception(format!("Grant ID {id} not found"))
}
