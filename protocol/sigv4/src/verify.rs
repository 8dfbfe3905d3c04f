//! The comparison: the signature the server computes against the one presented.

use subtle::ConstantTimeEq;

use crate::EMPTY_SHA256;
use crate::canonical::{RequestParts, Style, canonical_request};
use crate::error::SigError;
use crate::key::{KeyCache, SigningKey, sha256_hex};
use crate::presented::{ALGORITHM, Kind, PayloadHash, Presented};

/// A signature that holds, and what later parts of the same request are signed with.
#[derive(Debug, Clone)]
pub struct Verified {
    /// The derived key.
    pub key: SigningKey,
    /// The request's signature, lower-case hex: the seed of a chunk chain.
    pub seed: String,
}

/// Checks the presented signature with the secret of the access key.
///
/// `body_sha256` is the hex hash of the actual body. It is consulted only when the request does
/// not declare one itself; when it does ([`PayloadHash::Literal`]), comparing the declared hash
/// with the body is left to whoever reads the body.
pub fn verify(
    presented: &Presented,
    request: &RequestParts<'_>,
    body_sha256: Option<&str>,
    secret: &str,
    keys: &KeyCache,
) -> Result<Verified, SigError> {
    let unsigned = headers_not_signed(presented, request);
    if !unsigned.is_empty() {
        return Err(SigError::HeadersNotSigned(unsigned));
    }
    let payload_hash = payload_hash_text(presented, request, body_sha256)?;
    let canonical = canonical_request(request, &presented.signed_headers, payload_hash);
    let string_to_sign = string_to_sign(&presented.amz_date, &presented.scope(), &canonical);
    let key = keys.get(
        &presented.access_key,
        secret,
        &presented.date,
        &presented.region,
        &presented.service,
    );
    let seed = key.sign(string_to_sign.as_bytes());
    if bool::from(seed.as_bytes().ct_eq(presented.signature.as_bytes())) {
        return Ok(Verified { key, seed });
    }
    Err(SigError::Mismatch {
        string_to_sign,
        canonical_request: String::from_utf8_lossy(&canonical).into_owned(),
        provided: presented.signature.clone(),
    })
}

pub(crate) fn string_to_sign(amz_date: &str, scope: &str, canonical: &[u8]) -> String {
    let hash = sha256_hex(canonical);
    let parts = [ALGORITHM, "\n", amz_date, "\n", scope, "\n", &hash];
    parts.concat()
}

/// Headers the signature must cover but does not.
///
/// `host` always, lest a signature be replayed elsewhere, and everything that says what is to be
/// done: each `x-amz-*` header, and the one that names the protocol. Not the one in which clients
/// say what they are: some leave it out.
fn headers_not_signed(presented: &Presented, request: &RequestParts<'_>) -> Vec<String> {
    let signed = |name: &str| presented.signed_headers.iter().any(|header| header == name);
    let mut missing = Vec::new();
    if !signed("host") {
        missing.push("host".to_owned());
    }
    for name in request.headers.keys().map(http::HeaderName::as_str) {
        let speaks = name.starts_with("x-amz-") || name == "smithy-protocol";
        let must = speaks && name != "x-amz-user-agent";
        if must && !signed(name) {
            missing.push(name.to_owned());
        }
    }
    missing
}

fn payload_hash_text<'a>(
    presented: &'a Presented,
    request: &RequestParts<'a>,
    body_sha256: Option<&'a str>,
) -> Result<&'a str, SigError> {
    Ok(match &presented.payload_hash {
        PayloadHash::Literal(hash) => declared_spelling(request).unwrap_or(hash),
        PayloadHash::Unsigned => "UNSIGNED-PAYLOAD",
        PayloadHash::StreamingSigned => "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        PayloadHash::StreamingSignedTrailer => "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
        PayloadHash::StreamingUnsignedTrailer => "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        PayloadHash::StreamingEvents => "STREAMING-AWS4-HMAC-SHA256-EVENTS",
        PayloadHash::Absent => match (presented.kind, request.style) {
            (Kind::Presigned { .. }, Style::S3) => "UNSIGNED-PAYLOAD",
            (Kind::Presigned { .. }, Style::Standard) => body_sha256.unwrap_or(EMPTY_SHA256),
            (Kind::Header, _) => body_sha256.ok_or(SigError::BodyHashNeeded)?,
        },
    })
}

/// The declared hash in the client's own spelling: an upper-case one was signed in upper case.
fn declared_spelling<'a>(request: &RequestParts<'a>) -> Option<&'a str> {
    request.headers.get("x-amz-content-sha256")?.to_str().ok().map(str::trim)
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
