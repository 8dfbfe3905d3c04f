//! Data keys: keys for others to encrypt with, and randomness.

mod generate_data_key;
mod generate_data_key_pair;
mod generate_data_key_pair_without_plaintext;
mod generate_data_key_without_plaintext;
mod generate_random;

use kms_api::{DataKeyPairSpec, DataKeySpec, EncryptionAlgorithmSpec, KeySpec};
use platform::{Ctx, Result, ServiceBuilder, secret_bytes};

use crate::cipher::Encrypted;
use crate::ciphertext::Context;
use crate::crypto::{ecc, rsa};
use crate::find::{self, Found};
use crate::spec::{self, Kind};
use crate::{Kms, cipher, error, model, vault};

/// The most random bytes of one call.
const BYTES_MAX: usize = 1_024;

pub(super) fn register(room: ServiceBuilder<Kms>) -> ServiceBuilder<Kms> {
    room.op::<kms_api::GenerateDataKey>()
        .op::<kms_api::GenerateDataKeyPair>()
        .op::<kms_api::GenerateDataKeyPairWithoutPlaintext>()
        .op::<kms_api::GenerateDataKeyWithoutPlaintext>()
        .op::<kms_api::GenerateRandom>()
}

/// What a call asks for, however it wants the answer.
struct Wanted<'a> {
    key_id: &'a str,
    action: &'static str,
    context: Option<&'a Context>,
    grant_tokens: Option<&'a [String]>,
    dry_run: bool,
}

/// A new data key: in the clear, encrypted, and the key it is encrypted with.
async fn data_key(
    kms: &Kms,
    ctx: &Ctx,
    wanted: Wanted<'_>,
    (spec, bytes): (Option<DataKeySpec>, Option<i32>),
) -> Result<(Vec<u8>, Encrypted, Found)> {
    let length = model::data_key_bytes(spec, bytes)?;
    let found = require(kms, ctx, &wanted).await?;
    let plaintext = random(length);
    let encrypted = kms.encrypt(ctx, &found, wanted.context, &plaintext)?;
    Ok((plaintext, encrypted, found))
}

/// A new pair of keys.
struct Pair {
    public: Vec<u8>,
    private: Vec<u8>,
    encrypted: Encrypted,
    found: Found,
}

/// A new pair of keys, the private one in the clear and encrypted.
async fn pair(kms: &Kms, ctx: &Ctx, wanted: Wanted<'_>, spec: DataKeyPairSpec) -> Result<Pair> {
    let more = vec![("kms:DataKeyPairSpec", spec.as_str().to_owned())];
    let found = require_with(kms, ctx, &wanted, more).await?;
    // Pairs are of the kinds that keys are of.
    let kind = KeySpec::parse(spec.as_str()).map(spec::kind);
    let kind = kind.unwrap_or_else(|| Err(error::absent(spec.as_str())))?;
    let private = vault::draw(ctx, kind).await?;
    let public = match kind {
        Kind::Rsa { .. } => rsa::public(&private),
        Kind::Ecc(curve) => ecc::public(curve, &private),
        Kind::Symmetric | Kind::Mac(_) => Err(crate::crypto::Unfit),
    };
    let public = public.map_err(|_| error::broken_material())?;
    let encrypted = kms.encrypt(ctx, &found, wanted.context, &private)?;
    Ok(Pair { public, private, encrypted, found })
}

async fn require(kms: &Kms, ctx: &Ctx, wanted: &Wanted<'_>) -> Result<Found> {
    require_with(kms, ctx, wanted, Vec::new()).await
}

/// The key of a call, if the caller may and the key can do what it asks for.
async fn require_with(
    kms: &Kms,
    ctx: &Ctx,
    wanted: &Wanted<'_>,
    more: Vec<(&'static str, String)>,
) -> Result<Found> {
    let found = find::by_any(kms, ctx, wanted.key_id).await?;
    require_symmetric(ctx, &found)?;
    let algorithm = EncryptionAlgorithmSpec::SymmetricDefault;
    let asked = cipher::Asked {
        action: wanted.action,
        context: wanted.context,
        algorithm,
        grant_tokens: wanted.grant_tokens,
        more,
    };
    cipher::require(ctx, &found, asked).await?;
    match wanted.dry_run {
        true => Err(error::dry_run()),
        false => Ok(found),
    }
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
