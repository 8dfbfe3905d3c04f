//! Data keys: keys for others to encrypt with, and randomness.

mod generate_data_key;
mod generate_data_key_without_plaintext;
mod generate_random;

use kms_api::{DataKeySpec, EncryptionAlgorithmSpec, KeySpec};
use platform::{Ctx, Result, ServiceBuilder, secret_bytes};

use crate::cipher::Encrypted;
use crate::ciphertext::Context;
use crate::find::{self, Found};
use crate::{Kms, cipher, error, model};

/// The most random bytes of one call.
const BYTES_MAX: usize = 1_024;

pub(super) fn register(room: ServiceBuilder<Kms>) -> ServiceBuilder<Kms> {
    room.op::<kms_api::GenerateDataKey>()
        .op::<kms_api::GenerateDataKeyWithoutPlaintext>()
        .op::<kms_api::GenerateRandom>()
}

/// What a call asks for, however it wants the answer.
struct Wanted<'a> {
    key_id: &'a str,
    action: &'static str,
    spec: Option<DataKeySpec>,
    bytes: Option<i32>,
    context: Option<&'a Context>,
    dry_run: bool,
}

/// A new data key: in the clear, encrypted, and the key it is encrypted with.
async fn data_key(kms: &Kms, ctx: &Ctx, wanted: Wanted<'_>) -> Result<(Vec<u8>, Encrypted, Found)> {
    let length = model::data_key_bytes(wanted.spec, wanted.bytes)?;
    let found = find::by_any(kms, ctx, wanted.key_id).await?;
    let algorithm = EncryptionAlgorithmSpec::SymmetricDefault;
    require_symmetric(ctx, &found)?;
    cipher::require(ctx, &found, wanted.action, wanted.context, algorithm).await?;
    if wanted.dry_run {
        return Err(error::dry_run());
    }
    let plaintext = random(length);
    let encrypted = kms.encrypt(ctx, &found, wanted.context, &plaintext)?;
    Ok((plaintext, encrypted, found))
}

/// Only symmetric keys make data keys.
fn require_symmetric(ctx: &Ctx, found: &Found) -> Result<()> {
    match found.key.spec {
        KeySpec::SymmetricDefault => Ok(()),
        spec => Err(error::wrong_spec(&found.arn(), spec.as_str(), ctx.operation())),
    }
}

fn random(length: usize) -> Vec<u8> {
    let mut bytes = secret_bytes::<BYTES_MAX>().to_vec();
    bytes.truncate(length);
    bytes
}
