//! What a request says of its body's digests. How it says so is checked for every request; the
//! digests themselves here for bodies that are held in memory, and by the room that stores it for
//! one that is streamed.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html>

use aquifer_schema::{Location, OperationSchema};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crc_fast::{CrcAlgorithm, checksum};
use http::{HeaderMap, HeaderValue};
use md5::Md5;
use platform::{Fail, Result};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};
use xxhash_rust::xxh64::xxh64;

const PREFIX: &str = "x-amz-checksum-";
const SDK_ALGORITHM: &str = "x-amz-sdk-checksum-algorithm";
/// Headers with the prefix that are no checksums.
const OTHERS: [&str; 3] = ["algorithm", "mode", "type"];
const ALGORITHMS: [&str; 10] = [
    "crc32",
    "crc32c",
    "crc64nvme",
    "md5",
    "sha1",
    "sha256",
    "sha512",
    "xxhash128",
    "xxhash3",
    "xxhash64",
];

/// A checksum that a request says of its body.
pub(crate) struct Said {
    /// As the header's name ends: `crc32`.
    algorithm: String,
    /// `None` where it follows the body.
    value: Option<String>,
}

/// Words about checksums are read in any case, unlike others: here they get the model's.
pub(crate) fn write_in_capitals(headers: &mut HeaderMap) {
    for name in [SDK_ALGORITHM, "x-amz-checksum-algorithm", "x-amz-checksum-mode"] {
        if let Some(value) = headers.get_mut(name)
            && let Ok(upper) = HeaderValue::from_bytes(&value.as_bytes().to_ascii_uppercase())
        {
            *value = upper;
        }
    }
}

/// The checksum a request of S3 says of its body, if it says one.
///
/// # Errors
/// S3's refusals of more than one, of an algorithm nobody knows, and of one that is named and does
/// not come.
pub(crate) fn said(
    operation: &OperationSchema,
    headers: &HeaderMap,
    framed: bool,
) -> Result<Option<Said>> {
    if reads(operation) {
        return Ok(None);
    }
    let of_header = |name: &str| {
        let algorithm = name.strip_prefix(PREFIX)?;
        (!OTHERS.contains(&algorithm)).then(|| algorithm.to_owned())
    };
    let mut said: Vec<Said> = Vec::new();
    for (name, value) in headers {
        if let Some(algorithm) = of_header(name.as_str()) {
            let value = Some(String::from_utf8_lossy(value.as_bytes()).into_owned());
            said.push(Said { algorithm, value });
        }
    }
    let announced = announced(headers);
    if said.len() > 1 || announced.len() > 1 {
        return Err(invalid(
            "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
        ));
    }
    for name in announced {
        if !said.is_empty() {
            return Err(invalid("Expecting a single x-amz-checksum- header"));
        }
        let known = of_header(&name).filter(|known| is_known(known));
        let Some(algorithm) = known else {
            return Err(invalid(
                "The value specified in the x-amz-trailer header is not supported",
            ));
        };
        if !framed {
            return Err(malformed_trailer());
        }
        said.push(Said { algorithm, value: None });
    }
    let said = said.pop();
    if said.as_ref().is_some_and(|said| !is_known(&said.algorithm)) {
        return Err(unknown());
    }
    if let Some(asked) = headers.get(SDK_ALGORITHM).filter(|_| binds(operation, SDK_ALGORITHM)) {
        check_asked(asked.as_bytes(), said.as_ref())?;
    }
    Ok(said)
}

/// What a read says of its body, which nobody looks at, is passed over.
fn reads(operation: &OperationSchema) -> bool {
    matches!(operation.method, "GET" | "HEAD")
}

fn is_known(algorithm: &str) -> bool {
    ALGORITHMS.contains(&algorithm)
}

/// Whether a header is a member of the input.
fn binds(operation: &OperationSchema, header: &str) -> bool {
    let mut members = operation.input.members.iter();
    members.any(|member| {
        member.location == Location::Header && member.wire.eq_ignore_ascii_case(header)
    })
}

/// The algorithm a client says it uses against the one it does.
fn check_asked(asked: &[u8], said: Option<&Said>) -> Result<()> {
    let Some(said) = said else {
        return Err(invalid(
            "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or \
             x-amz-trailer headers were found.",
        ));
    };
    if asked.eq_ignore_ascii_case(said.algorithm.as_bytes()) {
        return Ok(());
    }
    Err(invalid("Value for x-amz-sdk-checksum-algorithm header is invalid."))
}

/// Checks a body in memory against its digests.
///
/// # Errors
/// S3's refusals: of what does not fit the body, is no digest, or is missing where it has to be.
pub(crate) fn check(
    operation: &OperationSchema,
    headers: &HeaderMap,
    said: Option<&Said>,
    trailers: &[(String, String)],
    body: &[u8],
) -> Result<()> {
    if reads(operation) {
        return Ok(());
    }
    let md5 = headers.get("content-md5");
    if let Some(value) = md5 {
        check_md5(value.as_bytes(), body)?;
    }
    let Some(said) = said else {
        if operation.digest_required && md5.is_none() {
            return Err(invalid(
                "Missing required header for this request: Content-MD5 OR x-amz-checksum-*",
            ));
        }
        return Ok(());
    };
    let name = format!("{PREFIX}{}", said.algorithm);
    // A checksum that is a member of the input is about the object, not about the document.
    if binds(operation, &name) {
        return Ok(());
    }
    let arrived = || trailers.iter().find(|(known, _)| *known == name).map(|(_, value)| value);
    let (value, place) = match &said.value {
        Some(value) => (value, "header"),
        None => (arrived().ok_or_else(malformed_trailer)?, "trailing header"),
    };
    let actual = digest(&said.algorithm, body).ok_or_else(unknown)?;
    let declared = STANDARD.decode(value).ok();
    let Some(declared) = declared.filter(|declared| declared.len() == actual.len()) else {
        return Err(invalid(&format!("Value for {name} {place} is invalid.")));
    };
    if declared == actual {
        return Ok(());
    }
    let algorithm = said.algorithm.to_ascii_uppercase();
    let message = format!("The {algorithm} you specified did not match the calculated checksum.");
    Err(Fail::new("BadDigest", 400, message))
}

fn check_md5(value: &[u8], body: &[u8]) -> Result<()> {
    let Some(declared) = STANDARD.decode(value).ok().filter(|md5| md5.len() == 16) else {
        return Err(Fail::new("InvalidDigest", 400, "The Content-MD5 you specified was invalid."));
    };
    if Md5::digest(body).as_slice() == declared.as_slice() {
        return Ok(());
    }
    let message = "The Content-MD5 you specified did not match what we received.";
    Err(Fail::new("BadDigest", 400, message))
}

/// The checksum of a body; `None` for an algorithm that nobody knows.
fn digest(algorithm: &str, body: &[u8]) -> Option<Vec<u8>> {
    // A 32-bit CRC comes back in the low half of the library's 64.
    let narrow = |crc| (checksum(crc, body) as u32).to_be_bytes().to_vec();
    Some(match algorithm {
        "crc32" => narrow(CrcAlgorithm::Crc32IsoHdlc),
        "crc32c" => narrow(CrcAlgorithm::Crc32Iscsi),
        "crc64nvme" => checksum(CrcAlgorithm::Crc64Nvme, body).to_be_bytes().to_vec(),
        "sha1" => Sha1::digest(body).to_vec(),
        "sha256" => Sha256::digest(body).to_vec(),
        "sha512" => Sha512::digest(body).to_vec(),
        "md5" => Md5::digest(body).to_vec(),
        "xxhash64" => xxh64(body, 0).to_be_bytes().to_vec(),
        "xxhash3" => xxh3_64(body).to_be_bytes().to_vec(),
        "xxhash128" => xxh3_128(body).to_be_bytes().to_vec(),
        _ => return None,
    })
}

/// The headers that will follow the body, as the request names them.
pub(crate) fn announced(headers: &HeaderMap) -> Vec<String> {
    headers
        .get_all("x-amz-trailer")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| !name.is_empty())
        .collect()
}

fn invalid(message: &str) -> Fail {
    Fail::new("InvalidRequest", 400, message)
}

fn unknown() -> Fail {
    invalid("The algorithm type you specified in x-amz-checksum- header is invalid.")
}

fn malformed_trailer() -> Fail {
    let message = "The request contained trailing data that was not well-formed or did not \
                   conform to our published schema.";
    Fail::new("MalformedTrailerError", 400, message)
}
