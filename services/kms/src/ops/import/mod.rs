//! Material that clients bring along: wrapped for the way, checked, and taken away when it is over.

mod delete_imported_key_material;
mod get_parameters_for_import;
mod import_key_material;

use kms_api::error::unsupported_operation_exception;
use kms_api::{AlgorithmSpec, OriginType};
use platform::{Blob, Result, ServiceBuilder, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Kms;
use crate::find::Found;

/// What tokens are sealed with besides their key.
const TOKEN: &[u8] = b"import";

pub(super) fn register(room: ServiceBuilder<Kms>) -> ServiceBuilder<Kms> {
    room.op::<kms_api::DeleteImportedKeyMaterial>()
        .op::<kms_api::GetParametersForImport>()
        .op::<kms_api::ImportKeyMaterial>()
}

/// What an import needs to know of the call that began it. It is sealed and given to the client, so
/// that an import that is never finished leaves nothing behind.
#[derive(Serialize, Deserialize)]
struct Token {
    /// The key's ARN.
    key: String,
    algorithm: String,
    valid_to: Timestamp,
    private: Blob,
}

/// Refuses keys whose material is KMS's own.
fn check_external(found: &Found) -> Result<()> {
    match found.key.origin {
        OriginType::External => Ok(()),
        origin => Err(unsupported_operation_exception(format!(
            "{} origin is {} which is not valid for this operation.",
            found.arn(),
            origin.as_str()
        ))),
    }
}

/// How the material is wrapped, if this version knows it.
fn wrapping(algorithm: &str) -> Option<Wrapping> {
    use crate::crypto::rsa::OaepHash;
    Some(match AlgorithmSpec::parse(algorithm)? {
        AlgorithmSpec::RsaesOaepSha1 => Wrapping { hash: OaepHash::Sha1, twice: false },
        AlgorithmSpec::RsaesOaepSha256 => Wrapping { hash: OaepHash::Sha256, twice: false },
        AlgorithmSpec::RsaAesKeyWrapSha1 => Wrapping { hash: OaepHash::Sha1, twice: true },
        AlgorithmSpec::RsaAesKeyWrapSha256 => Wrapping { hash: OaepHash::Sha256, twice: true },
        _ => return None,
    })
}

/// Wrapped by an RSA key; or by an AES key that comes along, wrapped by the RSA key.
#[derive(Clone, Copy)]
struct Wrapping {
    hash: crate::crypto::rsa::OaepHash,
    twice: bool,
}
