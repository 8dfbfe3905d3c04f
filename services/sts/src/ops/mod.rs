//! The operations, in the order of AWS's reference.

mod assume_role;
mod get_access_key_info;
mod get_caller_identity;
mod get_session_token;

use platform::ServiceBuilder;

use crate::Sts;

pub(crate) fn register(room: ServiceBuilder<Sts>) -> ServiceBuilder<Sts> {
    room.op::<sts_api::AssumeRole>()
        .op::<sts_api::GetAccessKeyInfo>()
        .op::<sts_api::GetCallerIdentity>()
        .op::<sts_api::GetSessionToken>()
}
