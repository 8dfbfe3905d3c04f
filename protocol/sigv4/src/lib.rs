//! Signature Version 4: who signed this request, and is the signature theirs?
//!
//! The steps a server takes, each a function here:
//!
//! 1. [`Presented::parse`] reads what the client claims, from the `Authorization` header or from
//!    the query of a presigned URL. Nothing is believed yet.
//! 2. [`check_time`] refuses stale and future dates. Time is an argument; no clock is read.
//! 3. [`verify`] rebuilds the canonical request and compares signatures in constant time. It hands
//!    back the signing key, which the chunks of a streamed body continue from.
//! 4. [`ChunkDecoder`] takes an `aws-chunked` body apart, checking each chunk's signature.
//!
//! [`Signer`] is the other side, for clients and tests.
//!
//! What is *not* here: credential storage, sessions, permissions, HTTP status codes, and the
//! comparison of a body with its declared SHA-256 (the reader of the body does that). No service
//! is known by name except that S3 canonicalises paths its own way ([`Style`]).
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

mod canonical;
mod chunked;
mod error;
mod form;
mod key;
mod presented;
mod sign;
mod time;
mod v2;
mod verify;

pub use canonical::{RequestParts, Style};
pub use chunked::{ChunkDecoder, ChunkError, ChunkSignatures};
pub use error::{ParseError, SigError};
pub use form::{FormError, SignedForm};
pub use key::{KeyCache, SigningKey};
pub use presented::{Kind, PayloadHash, Presented};
pub use sign::{SignError, Signer};
pub use time::{EXPIRES_SECONDS_MAX, SKEW_SECONDS_MAX, TimeError, check_time};
pub use v2::PresignedV2;
pub use verify::{Verified, verify};

/// The SHA-256 of nothing, in hex: the payload hash of a request without a body.
pub const EMPTY_SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
