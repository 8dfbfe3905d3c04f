//! Codes that prove a message is the same, and from someone who has the key.

mod generate_mac;
mod verify_mac;

use kms_api::{KeyUsageType, MacAlgorithmSpec};
use platform::{Ctx, Result, ServiceBuilder};

use crate::access::{self, Ask};
use crate::crypto::mac::MacHash;
use crate::find::Found;
use crate::spec::{self, Kind};
use crate::{Kms, error};

pub(super) fn register(room: ServiceBuilder<Kms>) -> ServiceBuilder<Kms> {
    room.op::<kms_api::GenerateMac>().op::<kms_api::VerifyMac>()
}

/// Asks whether the caller may, and whether the key can; answers with what.
async fn require(
    ctx: &Ctx,
    found: &Found,
    action: &str,
    algorithm: MacAlgorithmSpec,
    grant_tokens: Option<&[String]>,
) -> Result<MacHash> {
    let more = vec![("kms:MacAlgorithm", algorithm.as_str().to_owned())];
    access::require(ctx, found, action, Ask { grant_tokens, more, ..Ask::default() }).await?;
    access::check_use(ctx, found, KeyUsageType::GenerateVerifyMac)?;
    let spec = found.key.spec;
    match spec::kind(spec)? {
        Kind::Mac(hash)
            if spec::mac_algorithms(spec).is_some_and(|has| has.contains(&algorithm)) =>
        {
            Ok(hash)
        }
        _ => Err(error::wrong_algorithm(algorithm.as_str(), spec.as_str())),
    }
}
