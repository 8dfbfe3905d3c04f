//! New material for old keys, by time and on demand. What earlier material encrypted stays readable.

mod disable_key_rotation;
mod enable_key_rotation;
mod get_key_rotation_status;
mod list_key_rotations;
mod rotate_key_on_demand;

use kms_api::error::unsupported_operation_exception;
use kms_api::{KeySpec, OriginType};
use platform::{Result, ServiceBuilder};

use crate::Kms;
use crate::find::Found;

pub(super) fn register(room: ServiceBuilder<Kms>) -> ServiceBuilder<Kms> {
    room.op::<kms_api::DisableKeyRotation>()
        .op::<kms_api::EnableKeyRotation>()
        .op::<kms_api::GetKeyRotationStatus>()
        .op::<kms_api::ListKeyRotations>()
        .op::<kms_api::RotateKeyOnDemand>()
}

/// Refuses keys that have no rotation.
fn check_rotates(found: &Found) -> Result<()> {
    let key = &found.key;
    if key.spec != KeySpec::SymmetricDefault || key.origin != OriginType::AwsKms {
        return Err(unsupported_operation_exception(format!(
            "{} does not support key rotation.",
            found.arn()
        )));
    }
    Ok(())
}

/// Refuses replicas, which are rotated with their primary key.
fn check_primary(found: &Found) -> Result<()> {
    match found.key.is_primary(&found.scope) {
        true => Ok(()),
        false => Err(unsupported_operation_exception(format!(
            "{} is a replica key; rotate its primary key.",
            found.arn()
        ))),
    }
}
