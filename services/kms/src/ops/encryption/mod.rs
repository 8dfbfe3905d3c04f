//! Encrypting and decrypting small things.

mod decrypt;
mod encrypt;
mod re_encrypt;

use platform::ServiceBuilder;

use crate::Kms;

pub(super) fn register(room: ServiceBuilder<Kms>) -> ServiceBuilder<Kms> {
    room.op::<kms_api::Decrypt>().op::<kms_api::Encrypt>().op::<kms_api::ReEncrypt>()
}
