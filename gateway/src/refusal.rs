//! Refusals before any room is asked, in the words of the protocol they are answered in.

use aquifer_schema::{Protocol, ServiceSchema};
use aquifer_sigv4::{Kind, ParseError, Presented, SigError, TimeError};
use platform::{Fail, Timestamp};

pub(crate) const SIGNATURE_SENTENCE: &str = "The request signature we calculated does not match \
    the signature you provided. Check your key and signing method.";
const SIGNATURE_SENTENCE_LONG: &str = "The request signature we calculated does not match the \
    signature you provided. Check your AWS Secret Access Key and signing method. Consult the \
    service documentation for details.";
const TOKEN_SENTENCE: &str = "The security token included in the request is invalid.";

/// The three families in which AWS words these refusals.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    S3,
    Query,
    Json,
}

fn style(protocol: Protocol) -> Style {
    match protocol {
        Protocol::RestXml => Style::S3,
        Protocol::AwsQuery | Protocol::Ec2Query => Style::Query,
        _ => Style::Json,
    }
}

/// A value is outside the model's constraints, for some of which S3 has codes of its own. `within`
/// are the shapes down to it.
pub(crate) fn violation(within: &[&str], sentence: String) -> Fail {
    let (code, sentence) = match within.last() {
        Some(&"StorageClass") => {
            ("InvalidStorageClass", "The storage class you specified is not valid".to_owned())
        }
        Some(&"BucketLocationConstraint") => (
            "InvalidLocationConstraint",
            "The specified location-constraint is not valid".to_owned(),
        ),
        _ if within.contains(&"TagSet") => {
            ("InvalidTag", "The TagKey you have provided is invalid".to_owned())
        }
        Some(shape) => match choice(shape) {
            Some((code, sentence)) => (code, sentence.to_owned()),
            None => ("InvalidArgument", sentence),
        },
        None => ("InvalidArgument", sentence),
    };
    Fail::new(code, 400, sentence)
}

/// Whether what violates the model is part of a query over an object.
pub(crate) fn is_of_a_query(within: &[&str]) -> bool {
    let parts = ["Expression", "ExpressionType", "InputSerialization", "OutputSerialization"];
    within.last().is_some_and(|shape| parts.contains(shape))
}

/// A query leaves out what it must say.
pub(crate) fn missing_of_a_query(name: &str) -> Fail {
    let sentence =
        format!("{name} is required. Please check the service documentation and try again.");
    Fail::new("MissingRequiredParameter", 400, sentence)
}

/// Choices of a query over an object, each of which has a code of its own.
fn choice(shape: &str) -> Option<(&'static str, &'static str)> {
    Some(match shape {
        "ExpressionType" => (
            "InvalidExpressionType",
            "The ExpressionType value is not valid. Only SQL expressions are supported.",
        ),
        "FileHeaderInfo" => (
            "InvalidFileHeaderInfo",
            "The FileHeaderInfo value is not valid. Only NONE, USE, and IGNORE are supported.",
        ),
        "CompressionType" => (
            "InvalidCompressionFormat",
            "The file is not in a supported compression format. Only GZIP and BZIP2 are supported.",
        ),
        "JSONType" => (
            "InvalidJsonType",
            "The JsonType value is not valid. Only DOCUMENT and LINES are supported.",
        ),
        "QuoteFields" => (
            "InvalidQuoteFields",
            "The QuoteFields value is not valid. Only ALWAYS and ASNEEDED are supported.",
        ),
        _ => return None,
    })
}

/// The access key is nobody's, or inactive.
pub(crate) fn unknown_key(protocol: Protocol, access_key: &str) -> Fail {
    match style(protocol) {
        Style::S3 => {
            let message = "The AWS Access Key Id you provided does not exist in our records.";
            Fail::new("InvalidAccessKeyId", 403, message).with("AWSAccessKeyId", access_key)
        }
        Style::Query => Fail::new("InvalidClientTokenId", 403, TOKEN_SENTENCE),
        Style::Json => Fail::new("UnrecognizedClientException", 400, TOKEN_SENTENCE),
    }
}

/// A temporary key came without its token, or with another one.
pub(crate) fn wrong_token(protocol: Protocol) -> Fail {
    match style(protocol) {
        Style::S3 => {
            Fail::new("InvalidToken", 400, "The provided token is malformed or otherwise invalid.")
        }
        Style::Query => Fail::new("InvalidClientTokenId", 403, TOKEN_SENTENCE),
        Style::Json => Fail::new("UnrecognizedClientException", 400, TOKEN_SENTENCE),
    }
}

/// A temporary key has ended.
pub(crate) fn expired_token(protocol: Protocol) -> Fail {
    let sentence = "The security token included in the request is expired";
    match style(protocol) {
        Style::S3 => Fail::new("ExpiredToken", 400, "The provided token has expired."),
        Style::Query => Fail::new("ExpiredToken", 403, sentence),
        Style::Json => Fail::new("ExpiredTokenException", 400, sentence),
    }
}

/// No signature where one is needed.
pub(crate) fn missing_token(protocol: Protocol) -> Fail {
    match style(protocol) {
        Style::S3 => Fail::new("AccessDenied", 403, "Access Denied"),
        Style::Query => {
            Fail::new("MissingAuthenticationToken", 403, "Request is missing Authentication Token")
        }
        Style::Json => {
            let message = "Request is missing Authentication Token";
            Fail::new("MissingAuthenticationTokenException", 400, message)
        }
    }
}

/// A page of another site asks, without a key that is known.
pub(crate) fn foreign_page(protocol: Protocol) -> Fail {
    let sentence = "Pages of other sites are answered only if they sign with a key that this server \
                    issued.";
    match style(protocol) {
        Style::S3 | Style::Query => Fail::new("AccessDenied", 403, sentence),
        Style::Json => Fail::new("AccessDeniedException", 403, sentence),
    }
}

/// What claims to be a signature cannot be read.
pub(crate) fn malformed(protocol: Protocol, error: &ParseError) -> Fail {
    let sentence = error.to_string();
    match (style(protocol), error) {
        (Style::S3, ParseError::BothMechanisms) => Fail::new(
            "InvalidArgument",
            400,
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature \
             query string parameter or the Authorization header should be specified",
        ),
        (Style::S3, ParseError::MalformedContentSha256(_)) => Fail::new(
            "InvalidArgument",
            400,
            "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, \
             STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, \
             STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.",
        ),
        (
            Style::S3,
            ParseError::MalformedExpires | ParseError::NegativeExpires | ParseError::ExpiresTooLong,
        ) => Fail::new("AuthorizationQueryParametersError", 400, sentence),
        (Style::S3, ParseError::SignatureV2 | ParseError::UnsupportedScheme(_)) => Fail::new(
            "InvalidRequest",
            400,
            "The authorization mechanism you have provided is not supported. Please use \
             AWS4-HMAC-SHA256.",
        ),
        (Style::S3, _) => Fail::new(
            "AuthorizationHeaderMalformed",
            400,
            format!("The authorization header is malformed; {sentence}"),
        ),
        (Style::Query, _) => Fail::new("IncompleteSignature", 400, sentence),
        (Style::Json, _) => Fail::new("IncompleteSignatureException", 400, sentence),
    }
}

/// The signature is not the key holder's.
pub(crate) fn mismatch(protocol: Protocol, presented: &Presented, error: SigError) -> Fail {
    let sentence = match (style(protocol), &error) {
        (Style::S3, _) => SIGNATURE_SENTENCE.to_owned(),
        (_, SigError::HeadersNotSigned(names)) => {
            let name = names.first().map_or("host", String::as_str);
            format!("'{name}' must be a 'SignedHeader' in the AWS Authorization.")
        }
        _ => SIGNATURE_SENTENCE_LONG.to_owned(),
    };
    let fail = match style(protocol) {
        Style::Json => Fail::new("InvalidSignatureException", 403, sentence),
        _ => Fail::new("SignatureDoesNotMatch", 403, sentence),
    };
    match (style(protocol), error) {
        (Style::S3, SigError::Mismatch { string_to_sign, canonical_request, provided }) => fail
            .with("AWSAccessKeyId", &presented.access_key)
            .with("StringToSign", string_to_sign)
            .with("SignatureProvided", provided)
            .with("CanonicalRequest", canonical_request),
        (Style::S3, SigError::HeadersNotSigned(names)) => Fail::new(
            "AccessDenied",
            403,
            "There were headers present in the request which were not signed",
        )
        .with("HeadersNotSigned", names.join(", ")),
        _ => fail,
    }
}

/// The signature is for another service than the one the request is routed to.
pub(crate) fn wrong_service(protocol: Protocol, presented: &Presented, signing_name: &str) -> Fail {
    let claimed = &presented.service;
    let scoped = format!("Credential should be scoped to correct service: '{signing_name}'.");
    match (style(protocol), presented.kind) {
        (Style::S3, Kind::Header) => Fail::new(
            "AuthorizationHeaderMalformed",
            400,
            format!(
                "The authorization header is malformed; incorrect service \"{claimed}\". This \
                 endpoint belongs to \"{signing_name}\"."
            ),
        ),
        (Style::S3, Kind::Presigned { .. }) => Fail::new(
            "AuthorizationQueryParametersError",
            400,
            format!(
                "Error parsing the X-Amz-Credential parameter; incorrect service \"{claimed}\". \
                 This endpoint belongs to \"{signing_name}\"."
            ),
        ),
        (Style::Query, _) => Fail::new("SignatureDoesNotMatch", 403, scoped),
        (Style::Json, _) => Fail::new("InvalidSignatureException", 403, scoped),
    }
}

/// The policy of a form is signed for another service.
pub(crate) fn form_of_another_service(claimed: &str, signing_name: &str) -> Fail {
    let message = format!(
        "Error parsing the X-Amz-Credential parameter; incorrect service \"{claimed}\". This \
         endpoint belongs to \"{signing_name}\"."
    );
    Fail::new("AuthorizationQueryParametersError", 400, message)
}

/// The signature's time is not acceptable.
pub(crate) fn time(
    protocol: Protocol,
    presented: &Presented,
    now: Timestamp,
    error: &TimeError,
) -> Fail {
    match (style(protocol), error) {
        (Style::S3, TimeError::TooSkewed) => Fail::new(
            "RequestTimeTooSkewed",
            403,
            "The difference between the request time and the current time is too large.",
        )
        .with("RequestTime", &presented.amz_date)
        .with("ServerTime", now.rfc3339())
        .with("MaxAllowedSkewMilliseconds", "900000"),
        (Style::S3, TimeError::NotYetValid) => {
            Fail::new("AccessDenied", 403, "Request is not valid yet")
        }
        (Style::S3, TimeError::Expired { expired_at }) => expired(now, *expired_at),
        (family, _) => {
            let basic = |at: Timestamp| at.rfc3339().replace(['-', ':'], "");
            let sentence = format!(
                "Signature expired: {} is now earlier than {} ({} - 15 min.)",
                presented.amz_date,
                basic(now - std::time::Duration::from_secs(900)),
                basic(now),
            );
            if family == Style::Json {
                Fail::new("InvalidSignatureException", 403, sentence)
            } else {
                Fail::new("SignatureDoesNotMatch", 403, sentence)
            }
        }
    }
}

/// A presigned URL has outlived its validity.
pub(crate) fn expired(now: Timestamp, expired_at: i64) -> Fail {
    Fail::new("AccessDenied", 403, "Request has expired")
        .with("Expires", Timestamp::from_secs(expired_at).rfc3339())
        .with("ServerTime", now.rfc3339())
}

/// The protocol's answer to an operation the model does not have.
pub(crate) fn unknown_operation(protocol: Protocol, service: &ServiceSchema, name: &str) -> Fail {
    match protocol {
        Protocol::AwsQuery | Protocol::Ec2Query => {
            let message =
                format!("Could not find operation {name} for version {}", service.api_version);
            Fail::new("InvalidAction", 400, message)
        }
        Protocol::RestXml => Fail::new(
            "MethodNotAllowed",
            405,
            "The specified method is not allowed against this resource.",
        ),
        Protocol::RestJson => {
            Fail::new("UnknownOperationException", 404, "The operation is not known.")
        }
        _ => Fail::new("UnknownOperationException", 400, format!("Unknown operation {name}")),
    }
}
