//! What a request claims about its signature, taken apart but not believed.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use http::HeaderMap;

use crate::canonical::{RequestParts, percent_decode, query_pairs};
use crate::error::ParseError;
use crate::time::EXPIRES_SECONDS_MAX;

pub(crate) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const ALGORITHM_V4A: &str = "AWS4-ECDSA-P256-SHA256";

/// How the signature travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// In the `Authorization` header.
    Header,
    /// In the query of a presigned URL.
    Presigned {
        /// Validity after the signing time, at most a week.
        expires_seconds: u32,
    },
}

/// What the request says about the hash of its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PayloadHash {
    /// Nothing: the signature covers the hash of the actual body.
    Absent,
    /// The SHA-256 of the body, lower-case hex. The reader of the body must compare it.
    Literal(String),
    /// `UNSIGNED-PAYLOAD`.
    Unsigned,
    /// `STREAMING-AWS4-HMAC-SHA256-PAYLOAD`: chunks, each signed.
    StreamingSigned,
    /// `STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER`: chunks and trailers, each signed.
    StreamingSignedTrailer,
    /// `STREAMING-UNSIGNED-PAYLOAD-TRAILER`: unsigned chunks, then trailers.
    StreamingUnsignedTrailer,
    /// `STREAMING-AWS4-HMAC-SHA256-EVENTS`: an event stream of signed messages.
    StreamingEvents,
}

impl PayloadHash {
    /// Reads a value of `x-amz-content-sha256`.
    pub fn parse(value: &str) -> Result<PayloadHash, ParseError> {
        Ok(match value {
            "UNSIGNED-PAYLOAD" => PayloadHash::Unsigned,
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" => PayloadHash::StreamingSigned,
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" => PayloadHash::StreamingSignedTrailer,
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => PayloadHash::StreamingUnsignedTrailer,
            "STREAMING-AWS4-HMAC-SHA256-EVENTS" => PayloadHash::StreamingEvents,
            hash if is_hex_sha256(hash) => PayloadHash::Literal(hash.to_ascii_lowercase()),
            other => return Err(ParseError::MalformedContentSha256(shorten(other))),
        })
    }

    /// Whether the body is framed as `aws-chunked`.
    pub fn is_chunked(&self) -> bool {
        matches!(
            self,
            PayloadHash::StreamingSigned
                | PayloadHash::StreamingSignedTrailer
                | PayloadHash::StreamingUnsignedTrailer
        )
    }
}

/// The claims of a signed request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presented {
    /// The access key id.
    pub access_key: String,
    /// Day of the credential scope, `yyyymmdd`.
    pub date: String,
    /// Region of the credential scope.
    pub region: String,
    /// Service of the credential scope.
    pub service: String,
    /// Signed header names, lower case, in the order presented.
    pub signed_headers: Vec<String>,
    /// The signature as presented, 64 hexadecimal digits.
    pub signature: String,
    /// The session token of temporary credentials.
    pub session_token: Option<String>,
    /// Where the signature was found.
    pub kind: Kind,
    /// What is said of the body's hash.
    pub payload_hash: PayloadHash,
    /// The signing time, seconds since the epoch.
    pub signed_at: i64,
    /// The signing time as it enters the string to sign, `yyyymmddThhmmssZ`.
    pub amz_date: String,
}

impl Presented {
    /// Reads the claims of a request; `None` for one that presents no signature (anonymous).
    pub fn parse(request: &RequestParts<'_>) -> Result<Option<Presented>, ParseError> {
        let query = QueryAuth::of(request.query)?;
        let header = single(request.headers, http::header::AUTHORIZATION.as_str())?;
        match (header, query) {
            (Some(_), QueryAuth::V4(_) | QueryAuth::V2) => Err(ParseError::BothMechanisms),
            (Some(value), QueryAuth::None) => parse_header(value, request.headers).map(Some),
            (None, QueryAuth::V4(fields)) => parse_query(*fields, request.headers).map(Some),
            (None, QueryAuth::V2) => Err(ParseError::SignatureV2),
            (None, QueryAuth::None) => Ok(None),
        }
    }

    /// The credential scope, `yyyymmdd/region/service/aws4_request`.
    pub fn scope(&self) -> String {
        scope(&self.date, &self.region, &self.service)
    }
}

pub(crate) fn scope(date: &str, region: &str, service: &str) -> String {
    [date, "/", region, "/", service, "/aws4_request"].concat()
}

fn parse_header(value: &str, headers: &HeaderMap) -> Result<Presented, ParseError> {
    let (scheme, rest) = value.trim().split_once([' ', '\t']).unwrap_or((value.trim(), ""));
    match scheme {
        ALGORITHM => {}
        ALGORITHM_V4A => return Err(ParseError::SignatureV4a),
        "AWS" => return Err(ParseError::SignatureV2),
        other => return Err(ParseError::UnsupportedScheme(shorten(other))),
    }
    let (mut credential, mut signed_headers, mut signature) = (None, None, None);
    for part in rest.split([',', ' ', '\t']) {
        match part.split_once('=') {
            Some(("Credential", value)) => credential = Some(value),
            Some(("SignedHeaders", value)) => signed_headers = Some(value),
            Some(("Signature", value)) => signature = Some(value),
            // AWS ignores what it does not know; so do we, the signature covers what counts.
            _ => {}
        }
    }
    let stamp = match single(headers, "x-amz-date")? {
        Some(stamp) => Some(stamp),
        None => single(headers, "date")?,
    };
    let (Some(credential), Some(signed_headers), Some(signature), Some(stamp)) =
        (credential, signed_headers, signature, stamp)
    else {
        let mut missing = Vec::new();
        missing.extend(credential.is_none().then_some("Credential"));
        missing.extend(signature.is_none().then_some("Signature"));
        missing.extend(signed_headers.is_none().then_some("SignedHeaders"));
        missing.extend(stamp.is_none().then_some("X-Amz-Date"));
        return Err(ParseError::Missing(missing));
    };
    let payload_hash = match single(headers, "x-amz-content-sha256")? {
        Some(value) => PayloadHash::parse(value)?,
        None => PayloadHash::Absent,
    };
    let token = single(headers, "x-amz-security-token")?.map(str::to_owned);
    assemble(credential, signed_headers, signature, stamp, token, Kind::Header, payload_hash)
}

fn parse_query(fields: QueryFields, headers: &HeaderMap) -> Result<Presented, ParseError> {
    match fields.algorithm.as_deref() {
        Some(ALGORITHM) | None => {}
        Some(ALGORITHM_V4A) => return Err(ParseError::SignatureV4a),
        Some(other) => return Err(ParseError::UnsupportedScheme(shorten(other))),
    }
    let QueryFields {
        algorithm: Some(_),
        credential: Some(credential),
        date: Some(date),
        expires: Some(expires),
        signed_headers: Some(signed_headers),
        signature: Some(signature),
        token,
        content_sha256,
    } = fields
    else {
        return Err(ParseError::Missing(fields.missing()));
    };
    let kind = Kind::Presigned { expires_seconds: parse_expires(&expires)? };
    // A presigned URL names its hash in a header or in the query; most name none.
    let payload_hash = match (single(headers, "x-amz-content-sha256")?, &content_sha256) {
        (Some(value), _) => PayloadHash::parse(value)?,
        (None, Some(value)) => PayloadHash::parse(value)?,
        (None, None) => PayloadHash::Absent,
    };
    assemble(&credential, &signed_headers, &signature, &date, token, kind, payload_hash)
}

fn assemble(
    credential: &str,
    signed_headers: &str,
    signature: &str,
    stamp: &str,
    session_token: Option<String>,
    kind: Kind,
    payload_hash: PayloadHash,
) -> Result<Presented, ParseError> {
    let [access_key, date, region, service] = split_credential(credential)
        .ok_or_else(|| ParseError::MalformedCredential(shorten(credential)))?;
    let signed_headers = split_signed_headers(signed_headers)
        .ok_or_else(|| ParseError::MalformedSignedHeaders(shorten(signed_headers)))?;
    if !is_hex_sha256(signature) {
        return Err(ParseError::MalformedSignature);
    }
    let (signed_at, amz_date) =
        parse_stamp(stamp).ok_or_else(|| ParseError::MalformedDate(shorten(stamp)))?;
    let day = amz_date.get(..8).unwrap_or_default();
    if day != date {
        return Err(ParseError::ScopeDateMismatch { scope: date.into(), request: day.into() });
    }
    Ok(Presented {
        access_key: access_key.to_owned(),
        date: date.to_owned(),
        region: region.to_owned(),
        service: service.to_owned(),
        signed_headers,
        signature: signature.to_owned(),
        session_token,
        kind,
        payload_hash,
        signed_at,
        amz_date,
    })
}

/// Splits `<key>/<yyyymmdd>/<region>/<service>/aws4_request`; from the right, because a key may
/// hold a slash in stores other than ours.
fn split_credential(credential: &str) -> Option<[&str; 4]> {
    let mut parts = credential.rsplitn(5, '/');
    if parts.next()? != "aws4_request" {
        return None;
    }
    let service = parts.next()?;
    let region = parts.next()?;
    let date = parts.next()?;
    let access_key = parts.next()?;
    let dated = date.len() == 8 && date.bytes().all(|b| b.is_ascii_digit());
    let filled = !access_key.is_empty() && !region.is_empty() && !service.is_empty();
    (dated && filled).then_some([access_key, date, region, service])
}

fn split_signed_headers(list: &str) -> Option<Vec<String>> {
    list.split(';')
        .map(|name| {
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
            if !name.is_empty() && name.bytes().all(plain) {
                return Some(name.to_owned());
            }
            http::HeaderName::from_bytes(name.as_bytes()).ok().map(|name| name.as_str().to_owned())
        })
        .collect()
}

/// The signing time in its three accepted forms: `yyyymmddThhmmssZ`, RFC 3339, an HTTP date.
fn parse_stamp(stamp: &str) -> Option<(i64, String)> {
    if let Some(at) = parse_basic(stamp) {
        return Some((at, stamp.to_owned()));
    }
    let at = NaiveDateTime::parse_from_str(stamp, "%Y%m%dT%H%M%SZ")
        .map(|at| at.and_utc())
        .or_else(|_| DateTime::parse_from_rfc3339(stamp).map(|at| at.to_utc()))
        .or_else(|_| DateTime::parse_from_rfc2822(stamp).map(|at| at.to_utc()))
        .ok()?;
    Some((at.timestamp(), format_stamp(at.timestamp())?))
}

/// The first of them, as nearly every client writes it.
fn parse_basic(stamp: &str) -> Option<i64> {
    let [date @ .., b'T', h, hh, m, mm, s, ss, b'Z'] = stamp.as_bytes() else { return None };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0, |number: u32, digit| {
            digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0'))
        })
    };
    let (year, day) = date.split_at_checked(4)?;
    let (month, day) = day.split_at_checked(2).filter(|(_, day)| day.len() == 2)?;
    let year = i32::try_from(number(year)?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(month)?, number(day)?)?;
    let time = (number(&[*h, *hh])?, number(&[*m, *mm])?, number(&[*s, *ss])?);
    Some(date.and_hms_opt(time.0, time.1, time.2)?.and_utc().timestamp())
}

/// `yyyymmddThhmmssZ` of a second; `None` outside the years 0 to 9999.
pub(crate) fn format_stamp(epoch_seconds: i64) -> Option<String> {
    let at = DateTime::from_timestamp(epoch_seconds, 0)?;
    let stamp = at.format("%Y%m%dT%H%M%SZ").to_string();
    (stamp.len() == 16).then_some(stamp)
}

fn parse_expires(text: &str) -> Result<u32, ParseError> {
    let seconds: i64 = text.parse().map_err(|_| ParseError::MalformedExpires)?;
    let seconds = u32::try_from(seconds).map_err(|_| match seconds {
        ..0 => ParseError::NegativeExpires,
        _ => ParseError::ExpiresTooLong,
    })?;
    if seconds > EXPIRES_SECONDS_MAX { Err(ParseError::ExpiresTooLong) } else { Ok(seconds) }
}

/// The value of a header that must not be repeated.
fn single<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<Option<&'a str>, ParseError> {
    let mut values = headers.get_all(name).iter();
    let Some(first) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(ParseError::RepeatedHeader(name));
    }
    first.to_str().map(|text| Some(text.trim())).map_err(|_| ParseError::UnreadableHeader)
}

enum QueryAuth {
    None,
    V2,
    V4(Box<QueryFields>),
}

#[derive(Default)]
struct QueryFields {
    algorithm: Option<String>,
    credential: Option<String>,
    date: Option<String>,
    expires: Option<String>,
    signed_headers: Option<String>,
    signature: Option<String>,
    token: Option<String>,
    content_sha256: Option<String>,
}

impl QueryAuth {
    /// Finds signature parameters in a raw query.
    fn of(query: &str) -> Result<QueryAuth, ParseError> {
        if !query.contains("X-Amz-") && !query.contains("AWSAccessKeyId") {
            return Ok(QueryAuth::None);
        }
        let mut fields = QueryFields::default();
        let (mut v2_key, mut v2_signature) = (false, false);
        for (name, value) in query_pairs(query) {
            let slot = match name {
                "X-Amz-Algorithm" => &mut fields.algorithm,
                "X-Amz-Credential" => &mut fields.credential,
                "X-Amz-Date" => &mut fields.date,
                "X-Amz-Expires" => &mut fields.expires,
                "X-Amz-SignedHeaders" => &mut fields.signed_headers,
                "X-Amz-Signature" => &mut fields.signature,
                "X-Amz-Security-Token" => &mut fields.token,
                "X-Amz-Content-Sha256" => &mut fields.content_sha256,
                "AWSAccessKeyId" => {
                    v2_key = true;
                    continue;
                }
                "Signature" => {
                    v2_signature = true;
                    continue;
                }
                _ => continue,
            };
            *slot = Some(String::from_utf8_lossy(&percent_decode(value)).into_owned());
        }
        let claims =
            fields.algorithm.is_some() || fields.credential.is_some() || fields.signature.is_some();
        Ok(match (claims, v2_key && v2_signature) {
            (true, _) => QueryAuth::V4(Box::new(fields)),
            (false, true) => QueryAuth::V2,
            (false, false) => QueryAuth::None,
        })
    }
}

impl QueryFields {
    fn missing(&self) -> Vec<&'static str> {
        [
            ("X-Amz-Algorithm", self.algorithm.is_none()),
            ("X-Amz-Credential", self.credential.is_none()),
            ("X-Amz-Signature", self.signature.is_none()),
            ("X-Amz-Date", self.date.is_none()),
            ("X-Amz-SignedHeaders", self.signed_headers.is_none()),
            ("X-Amz-Expires", self.expires.is_none()),
        ]
        .into_iter()
        .filter_map(|(name, missing)| missing.then_some(name))
        .collect()
    }
}

fn is_hex_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Errors quote what was sent, but never more than a line of it.
fn shorten(text: &str) -> String {
    text.chars().take(128).collect()
}

#[cfg(test)]
#[path = "presented_tests.rs"]
mod tests;

#[cfg(test)]
impl Presented {
    /// A plausible value for tests that care for time alone.
    pub(crate) fn sample(signed_at: i64, kind: Kind) -> Presented {
        Presented {
            access_key: "AKIDEXAMPLE".into(),
            date: "20260101".into(),
            region: "us-east-1".into(),
            service: "service".into(),
            signed_headers: vec!["host".into()],
            signature: "0".repeat(64),
            session_token: None,
            kind,
            payload_hash: PayloadHash::Absent,
            signed_at,
            amz_date: "20260101T000000Z".into(),
        }
    }
}
