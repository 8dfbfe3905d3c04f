//! Why a presented signature was refused. The words here are ours; each protocol front end maps
//! the variants to the code and sentence its service uses.

use thiserror::Error;

/// The authentication part of a request cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ParseError {
    /// The request is signed with Signature Version 2, which is no longer accepted.
    #[error("signature version 2 is not supported; use AWS4-HMAC-SHA256")]
    SignatureV2,
    /// The request is signed with the asymmetric variant (`AWS4-ECDSA-P256-SHA256`).
    #[error("signature version 4a (AWS4-ECDSA-P256-SHA256) is not supported")]
    SignatureV4a,
    /// Another authentication scheme, named.
    #[error("unsupported authorization type '{0}'")]
    UnsupportedScheme(String),
    /// Both the `Authorization` header and presigned query parameters are there.
    #[error("only one authentication mechanism is allowed in a request")]
    BothMechanisms,
    /// A header that may appear once appears several times.
    #[error("header '{0}' may appear only once")]
    RepeatedHeader(&'static str),
    /// The `Authorization` header is not visible ASCII.
    #[error("the Authorization header is not readable text")]
    UnreadableHeader,
    /// Parts of the header or query are missing: all of them, by their wire names.
    #[error("missing {}", .0.join(", "))]
    Missing(Vec<&'static str>),
    /// `Credential` is not `<key>/<yyyymmdd>/<region>/<service>/aws4_request`.
    #[error("malformed credential '{0}'")]
    MalformedCredential(String),
    /// `SignedHeaders` is empty or holds an impossible name.
    #[error("malformed signed headers '{0}'")]
    MalformedSignedHeaders(String),
    /// `Signature` is not 64 hexadecimal digits.
    #[error("malformed signature")]
    MalformedSignature,
    /// A date is in none of the accepted forms.
    #[error("malformed date '{0}'")]
    MalformedDate(String),
    /// The credential scope names another day than the request date.
    #[error("credential scope date '{scope}' is not the date of the request '{request}'")]
    ScopeDateMismatch {
        /// `yyyymmdd` of the credential scope.
        scope: String,
        /// `yyyymmdd` of the request date.
        request: String,
    },
    /// `X-Amz-Expires` is not a number.
    #[error("X-Amz-Expires should be a number")]
    MalformedExpires,
    /// `X-Amz-Expires` is negative.
    #[error("X-Amz-Expires must be non-negative")]
    NegativeExpires,
    /// `X-Amz-Expires` is longer than a week.
    #[error("X-Amz-Expires must be less than a week (in seconds); that is, less than 604800")]
    ExpiresTooLong,
    /// `x-amz-content-sha256` is neither a SHA-256 in hex nor a known word.
    #[error("x-amz-content-sha256 is neither a sha256 value nor a known constant: '{0}'")]
    MalformedContentSha256(String),
}

/// A well-formed signature that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SigError {
    /// The signature computed from the request and the secret is another one.
    #[error("the computed signature does not match the one provided")]
    Mismatch {
        /// What the server would have signed.
        string_to_sign: String,
        /// What the server hashed to get there.
        canonical_request: String,
        /// The signature the client sent.
        provided: String,
    },
    /// Headers that must be covered by the signature are not, by name, lower case.
    #[error("headers present in the request were not signed: {}", .0.join(", "))]
    HeadersNotSigned(Vec<String>),
    /// The request declares no payload hash, so the caller must supply the body's.
    #[error("the hash of the body is needed to verify this request")]
    BodyHashNeeded,
}
