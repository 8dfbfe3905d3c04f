//! The client's side: signing requests, for our own callers and for tests.

use http::{HeaderMap, HeaderValue};
use thiserror::Error;

use crate::canonical::{RequestParts, canonical_request, encode, query_pairs};
use crate::key::SigningKey;
use crate::presented::{ALGORITHM, format_stamp, scope};
use crate::time::EXPIRES_SECONDS_MAX;
use crate::verify::string_to_sign;

/// The request cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SignError {
    /// The signing time has no four-digit year.
    #[error("the signing time is outside the years 0 to 9999")]
    Time,
    /// A credential or the payload hash cannot stand in a header.
    #[error("'{0}' cannot stand in a header")]
    HeaderValue(&'static str),
    /// A presigned URL may live for a week at most.
    #[error("a presigned URL may live {EXPIRES_SECONDS_MAX} seconds at most")]
    ExpiresTooLong,
}

/// Credentials and the scope they sign for.
#[derive(Clone, Copy)]
pub struct Signer<'a> {
    /// The access key id.
    pub access_key: &'a str,
    /// The secret access key.
    pub secret: &'a str,
    /// The token of temporary credentials.
    pub session_token: Option<&'a str>,
    /// The region signed for.
    pub region: &'a str,
    /// The service signed for.
    pub service: &'a str,
}

impl Signer<'_> {
    /// Computes the headers that sign the request; all headers it already has are covered.
    ///
    /// `payload_hash` is the SHA-256 of the body in hex, or one of the words AWS knows, and is
    /// sent as `x-amz-content-sha256`. `now` is in seconds since the epoch. The result is to be
    /// added to the request. Headers that proxies change (`connection`, `user-agent`,
    /// `transfer-encoding`, `expect`) are not covered.
    pub fn sign_headers(
        &self,
        request: &RequestParts<'_>,
        payload_hash: &str,
        now: i64,
    ) -> Result<HeaderMap, SignError> {
        let amz_date = format_stamp(now).ok_or(SignError::Time)?;
        let mut added = HeaderMap::new();
        added.insert("x-amz-date", header_value(&amz_date, "x-amz-date")?);
        added.insert("x-amz-content-sha256", header_value(payload_hash, "x-amz-content-sha256")?);
        if let Some(token) = self.session_token {
            added.insert("x-amz-security-token", header_value(token, "x-amz-security-token")?);
        }
        let mut headers = request.headers.clone();
        headers.remove(http::header::AUTHORIZATION);
        headers.extend(added.clone());
        let signed = covered(&headers, request.authority);

        let canonical = canonical_request(
            &RequestParts { headers: &headers, ..*request },
            &signed,
            payload_hash,
        );
        let (scope, signature) = self.signature(&amz_date, &canonical);
        let authorization = format!(
            "{ALGORITHM} Credential={}/{scope}, SignedHeaders={}, Signature={signature}",
            self.access_key,
            signed.join(";"),
        );
        added.insert(http::header::AUTHORIZATION, header_value(&authorization, "Authorization")?);
        Ok(added)
    }

    /// The query of a presigned URL: the request's own query with the signature appended.
    ///
    /// Every header of `request` is covered and must be sent with it. `payload_hash` is what the
    /// service assumes: `UNSIGNED-PAYLOAD` for S3, the hash of an empty body elsewhere.
    pub fn presign(
        &self,
        request: &RequestParts<'_>,
        payload_hash: &str,
        expires_seconds: u32,
        now: i64,
    ) -> Result<String, SignError> {
        if expires_seconds > EXPIRES_SECONDS_MAX {
            return Err(SignError::ExpiresTooLong);
        }
        let amz_date = format_stamp(now).ok_or(SignError::Time)?;
        let day = amz_date.get(..8).unwrap_or_default();
        let signed = covered(request.headers, request.authority);
        let credential = format!("{}/{}", self.access_key, scope(day, self.region, self.service));
        let mut query: String =
            query_pairs(request.query).map(|(name, value)| format!("{name}={value}&")).collect();
        query.push_str(&format!("X-Amz-Algorithm={ALGORITHM}"));
        push_pair(&mut query, "X-Amz-Credential", &credential);
        push_pair(&mut query, "X-Amz-Date", &amz_date);
        push_pair(&mut query, "X-Amz-Expires", &expires_seconds.to_string());
        push_pair(&mut query, "X-Amz-SignedHeaders", &signed.join(";"));
        if let Some(token) = self.session_token {
            push_pair(&mut query, "X-Amz-Security-Token", token);
        }
        let canonical =
            canonical_request(&RequestParts { query: &query, ..*request }, &signed, payload_hash);
        let (_, signature) = self.signature(&amz_date, &canonical);
        push_pair(&mut query, "X-Amz-Signature", &signature);
        Ok(query)
    }

    /// The key this signer signs a day (`yyyymmdd`) with; chunk chains continue from it.
    pub fn key(&self, date: &str) -> SigningKey {
        SigningKey::derive(self.secret, date, self.region, self.service)
    }

    fn signature(&self, amz_date: &str, canonical: &[u8]) -> (String, String) {
        let day = amz_date.get(..8).unwrap_or_default();
        let scope = scope(day, self.region, self.service);
        let signature = self.key(day).sign(string_to_sign(amz_date, &scope, canonical).as_bytes());
        (scope, signature)
    }
}

/// Sorted names of the headers a signature covers.
fn covered(headers: &HeaderMap, authority: Option<&str>) -> Vec<String> {
    const CHANGED_ON_THE_WAY: [&str; 4] =
        ["connection", "expect", "transfer-encoding", "user-agent"];
    let mut names: Vec<String> = headers
        .keys()
        .map(http::HeaderName::as_str)
        .filter(|name| !CHANGED_ON_THE_WAY.contains(name))
        .map(str::to_owned)
        .collect();
    if authority.is_some() && !headers.contains_key(http::header::HOST) {
        names.push("host".to_owned());
    }
    names.sort_unstable();
    names
}

fn header_value(text: &str, what: &'static str) -> Result<HeaderValue, SignError> {
    HeaderValue::from_str(text).map_err(|_| SignError::HeaderValue(what))
}

fn push_pair(query: &mut String, name: &str, value: &str) {
    let mut encoded = Vec::with_capacity(value.len());
    encode(value.as_bytes(), false, &mut encoded);
    query.push('&');
    query.push_str(name);
    query.push('=');
    query.push_str(&String::from_utf8_lossy(&encoded));
}
