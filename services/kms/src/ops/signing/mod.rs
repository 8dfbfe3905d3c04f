//! Signing, and agreeing on secrets, with the private half of key pairs; and the public half.

mod derive_shared_secret;
mod get_public_key;
mod sign;
mod verify;

use kms_api::{KeyUsageType, MessageType, SigningAlgorithmSpec};
use platform::{Ctx, Result, ServiceBuilder};

use crate::access::{self, Ask};
use crate::find::Found;
use crate::spec::{self, Signing};
use crate::{Kms, error};

pub(super) fn register(room: ServiceBuilder<Kms>) -> ServiceBuilder<Kms> {
    room.op::<kms_api::DeriveSharedSecret>()
        .op::<kms_api::GetPublicKey>()
        .op::<kms_api::Sign>()
        .op::<kms_api::Verify>()
}

/// What a call is to sign or verify with.
struct Wanted<'a> {
    action: &'static str,
    algorithm: SigningAlgorithmSpec,
    message: &'a [u8],
    kind: Option<MessageType>,
    grant_tokens: Option<&'a [String]>,
}

/// Asks whether the caller may, and whether the key can; answers how it signs and what is signed.
async fn require(ctx: &Ctx, found: &Found, wanted: Wanted<'_>) -> Result<(Signing, Vec<u8>)> {
    let kind = wanted.kind.unwrap_or(MessageType::Raw);
    let ask = Ask {
        grant_tokens: wanted.grant_tokens,
        more: vec![
            ("kms:SigningAlgorithm", wanted.algorithm.as_str().to_owned()),
            ("kms:MessageType", kind.as_str().to_owned()),
        ],
        ..Ask::default()
    };
    access::require(ctx, found, wanted.action, ask).await?;
    access::check_use(ctx, found, KeyUsageType::SignVerify)?;
    let (algorithm, spec) = (wanted.algorithm, found.key.spec);
    let has = spec::signing_algorithms(spec, found.key.usage).unwrap_or_default();
    if !has.contains(&algorithm) {
        return Err(error::wrong_algorithm(algorithm.as_str(), spec.as_str()));
    }
    let signing = spec::signing(algorithm)?;
    let digest = match kind {
        MessageType::Raw => signing.hash().of(wanted.message),
        MessageType::Digest if wanted.message.len() == signing.hash().length() => {
            wanted.message.to_vec()
        }
        MessageType::Digest => {
            return Err(error::invalid(format!(
                "Digest is invalid length for algorithm {}.",
                algorithm.as_str()
            )));
        }
        MessageType::ExternalMu => {
            return Err(error::invalid(
                "MessageType EXTERNAL_MU is only valid with ML_DSA_SHAKE_256.",
            ));
        }
    };
    Ok((signing, digest))
}
