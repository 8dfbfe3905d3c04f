//! Keys, and encryption under them for every other room.
//!
//! A key is a row with its policy, state and tags; its material stands beside it, sealed under the
//! root secret of the data directory, and never leaves this room in the clear. A ciphertext names
//! the key and the material that made it, so that a key whose material was rotated still opens what
//! it encrypted before. Other rooms call `GenerateDataKey` and `Decrypt` in process, with their
//! caller's identity, as AWS's services do.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/Welcome.html>

mod access;
mod as_text;
mod cipher;
mod ciphertext;
mod crypto;
mod error;
mod find;
mod grants;
mod jobs;
mod managed;
mod model;
mod ops;
mod pages;
mod policy;
mod related;
mod spec;
mod store;
mod tags;
mod usage;
mod vault;

use std::sync::Arc;

use platform::{House, Recorded, Service};

use crate::vault::Vault;

/// The room.
pub struct Kms {
    vault: Vault,
}

/// What may be read of calls by those who read the record of calls: never what was encrypted, nor
/// what it was encrypted to.
static RECORDED: Recorded = Recorded {
    members: &[
        "AliasName",
        "DestinationEncryptionAlgorithm",
        "DestinationEncryptionContext",
        "DestinationKeyId",
        "EncryptionAlgorithm",
        "EncryptionContext",
        "ExpirationModel",
        "GrantId",
        "GranteePrincipal",
        "KeyAgreementAlgorithm",
        "KeyId",
        "KeyPairSpec",
        "KeySpec",
        "KeyUsage",
        "MacAlgorithm",
        "MessageType",
        "NumberOfBytes",
        "Origin",
        "PendingWindowInDays",
        "PrimaryRegion",
        "ReplicaRegion",
        "RetiringPrincipal",
        "RotationPeriodInDays",
        "SigningAlgorithm",
        "SourceEncryptionAlgorithm",
        "SourceEncryptionContext",
        "SourceKeyId",
        "TargetKeyId",
        "WrappingAlgorithm",
        "WrappingKeySpec",
    ],
    resource: "KeyId",
    read_only: &[
        "Decrypt",
        "DeriveSharedSecret",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyPair",
        "GenerateDataKeyPairWithoutPlaintext",
        "GenerateDataKeyWithoutPlaintext",
        "GenerateMac",
        "GenerateRandom",
        "ReEncrypt",
        "Sign",
        "Verify",
        "VerifyMac",
    ],
};

/// Opens the room.
///
/// # Errors
/// Never; the signature is that of all rooms.
pub fn service(house: &House) -> anyhow::Result<Service> {
    let vault = Vault::new(&house.secret);
    let rotating = vault.clone();
    house.jobs.register(jobs::DELETE, jobs::delete);
    house.jobs.register(jobs::EXPIRE, jobs::expire);
    house.jobs.register(jobs::ROTATE, move |ctx, job| jobs::rotate(rotating.clone(), ctx, job));
    house.parts.add_keeper(Arc::new(usage::Keeping(house.parts.clone())));
    let room = Kms { vault };
    let room = Service::new(&kms_api::SERVICE, Arc::new(room)).recorded(&RECORDED).too_many(
        "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.",
    );
    Ok(ops::register(room).build())
}
