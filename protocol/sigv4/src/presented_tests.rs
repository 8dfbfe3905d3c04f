//! What is accepted as a claim, and what is refused with which error.

use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;

use super::*;
use crate::canonical::Style;

const SIGNATURE: &str = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
const CREDENTIAL: &str = "AKIDEXAMPLE/20150830/us-east-1/service/aws4_request";

fn parse(headers: &[(&str, &str)], query: &str) -> Result<Option<Presented>, ParseError> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(
            HeaderName::from_bytes(name.as_bytes()).unwrap(),
            HeaderValue::from_str(value).unwrap(),
        );
    }
    Presented::parse(&RequestParts {
        method: "GET",
        path: "/",
        query,
        headers: &map,
        authority: None,
        style: Style::Standard,
    })
}

fn with_authorization(value: &str) -> Result<Option<Presented>, ParseError> {
    parse(&[("authorization", value), ("x-amz-date", "20150830T123600Z")], "")
}

#[test]
fn reads_a_header_in_any_spacing() {
    for separator in [", ", ",", " ,  ", ",\t"] {
        let value = format!(
            "AWS4-HMAC-SHA256  Credential={CREDENTIAL}{separator}\
             SignedHeaders=host;x-amz-date{separator}Signature={SIGNATURE}"
        );
        let presented = with_authorization(&value).unwrap().unwrap();
        assert_eq!(presented.access_key, "AKIDEXAMPLE");
        assert_eq!(presented.scope(), "20150830/us-east-1/service/aws4_request");
        assert_eq!(presented.signed_headers, ["host", "x-amz-date"]);
        assert_eq!(presented.signed_at, 1_440_938_160);
        assert_eq!(presented.kind, Kind::Header);
        assert_eq!(presented.payload_hash, PayloadHash::Absent);
    }
}

#[test]
fn no_signature_is_anonymous() {
    assert_eq!(parse(&[], ""), Ok(None));
    assert_eq!(parse(&[], "X-Amz-Date=20150830T123600Z&prefix=x"), Ok(None));
}

#[test]
fn other_schemes_are_refused_by_name() {
    assert_eq!(with_authorization("AWS AKID:c2ln"), Err(ParseError::SignatureV2));
    assert_eq!(
        parse(&[], "AWSAccessKeyId=AKID&Signature=c2ln&Expires=1"),
        Err(ParseError::SignatureV2)
    );
    assert_eq!(
        with_authorization("AWS4-ECDSA-P256-SHA256 Credential=x"),
        Err(ParseError::SignatureV4a)
    );
    assert_eq!(
        with_authorization("Bearer token"),
        Err(ParseError::UnsupportedScheme("Bearer".into()))
    );
}

#[test]
fn missing_parts_are_all_named() {
    assert_eq!(
        parse(&[("authorization", "AWS4-HMAC-SHA256 SignedHeaders=host")], ""),
        Err(ParseError::Missing(vec!["Credential", "Signature", "X-Amz-Date"]))
    );
    assert_eq!(
        parse(&[], &format!("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature={SIGNATURE}")),
        Err(ParseError::Missing(vec![
            "X-Amz-Credential",
            "X-Amz-Date",
            "X-Amz-SignedHeaders",
            "X-Amz-Expires"
        ]))
    );
}

#[test]
fn malformed_parts_are_refused() {
    let header = |credential: &str, signed: &str, signature: &str| {
        with_authorization(&format!(
            "AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={signed}, \
             Signature={signature}"
        ))
        .unwrap_err()
    };
    for credential in [
        "",
        "AKID",
        "AKID/20150830/r/s/aws5_request",
        "AKID/2015083/r/s/aws4_request",
        "/20150830/r/s/aws4_request",
        "AKID/20150830//s/aws4_request",
    ] {
        assert!(matches!(
            header(credential, "host", SIGNATURE),
            ParseError::MalformedCredential(_)
        ));
    }
    assert!(matches!(header(CREDENTIAL, "", SIGNATURE), ParseError::MalformedSignedHeaders(_)));
    assert!(matches!(header(CREDENTIAL, "a;;b", SIGNATURE), ParseError::MalformedSignedHeaders(_)));
    assert_eq!(header(CREDENTIAL, "host", "00"), ParseError::MalformedSignature);
    assert_eq!(
        header("AKID/20150831/us-east-1/service/aws4_request", "host", SIGNATURE),
        ParseError::ScopeDateMismatch { scope: "20150831".into(), request: "20150830".into() }
    );
}

#[test]
fn dates_come_in_three_forms_and_amz_date_wins() {
    let value = format!(
        "AWS4-HMAC-SHA256 Credential={CREDENTIAL}, SignedHeaders=host, Signature={SIGNATURE}"
    );
    for date in ["20150830T123600Z", "2015-08-30T12:36:00Z", "Sun, 30 Aug 2015 12:36:00 GMT"] {
        let presented = parse(&[("authorization", &value), ("date", date)], "").unwrap().unwrap();
        assert_eq!(presented.amz_date, "20150830T123600Z", "{date}");
    }
    let both = [
        ("authorization", value.as_str()),
        ("date", "nonsense"),
        ("x-amz-date", "20150830T123600Z"),
    ];
    assert!(parse(&both, "").is_ok());
    assert_eq!(
        parse(&[("authorization", &value), ("x-amz-date", "yesterday")], ""),
        Err(ParseError::MalformedDate("yesterday".into()))
    );
}

fn presigned(expires: &str) -> String {
    format!(
        "list-type=2&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={}\
         &X-Amz-Date=20150830T123600Z&X-Amz-Expires={expires}&X-Amz-SignedHeaders=host%3Brange\
         &X-Amz-Security-Token=a%2Fb%3D&X-Amz-Signature={SIGNATURE}",
        CREDENTIAL.replace('/', "%2F")
    )
}

#[test]
fn reads_a_presigned_query() {
    let presented = parse(&[], &presigned("604800")).unwrap().unwrap();
    assert_eq!(presented.kind, Kind::Presigned { expires_seconds: 604_800 });
    assert_eq!(presented.signed_headers, ["host", "range"]);
    assert_eq!(presented.session_token.as_deref(), Some("a/b="));
}

#[test]
fn expiry_is_a_number_of_seconds_up_to_a_week() {
    for (expires, error) in [
        ("604801", ParseError::ExpiresTooLong),
        ("99999999999", ParseError::ExpiresTooLong),
        ("-1", ParseError::NegativeExpires),
        ("soon", ParseError::MalformedExpires),
    ] {
        assert_eq!(parse(&[], &presigned(expires)), Err(error), "{expires}");
    }
}

#[test]
fn two_mechanisms_are_one_too_many() {
    assert_eq!(
        parse(&[("authorization", "AWS4-HMAC-SHA256 x")], &presigned("60")),
        Err(ParseError::BothMechanisms)
    );
    assert_eq!(
        parse(&[("authorization", "a b"), ("authorization", "c d")], ""),
        Err(ParseError::RepeatedHeader("authorization"))
    );
}

#[test]
fn payload_words_are_known() {
    assert_eq!(PayloadHash::parse("UNSIGNED-PAYLOAD"), Ok(PayloadHash::Unsigned));
    assert_eq!(
        PayloadHash::parse(&SIGNATURE.to_uppercase()),
        Ok(PayloadHash::Literal(SIGNATURE.into()))
    );
    assert!(PayloadHash::parse("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER").unwrap().is_chunked());
    assert!(matches!(PayloadHash::parse("unsigned"), Err(ParseError::MalformedContentSha256(_))));
}

proptest! {
    #[test]
    fn arbitrary_headers_and_queries_never_panic(
        authorization in proptest::collection::vec(any::<u8>(), 0..200),
        date in "\\PC{0,30}",
        query in "\\PC{0,200}",
        tail in "[%=;,/ A-Za-z0-9-]{0,120}",
    ) {
        let mut headers = HeaderMap::new();
        for bytes in [authorization.as_slice(), format!("AWS4-HMAC-SHA256 {tail}").as_bytes()] {
            if let Ok(value) = HeaderValue::from_bytes(bytes) {
                headers.insert("authorization", value);
            }
            if let Ok(value) = HeaderValue::from_bytes(date.as_bytes()) {
                headers.insert("x-amz-date", value);
            }
            for query in ["", &query, &format!("X-Amz-Credential={tail}&{query}")] {
                let _ = Presented::parse(&RequestParts {
                    method: "GET",
                    path: "/",
                    query,
                    headers: &headers,
                    authority: None,
                    style: Style::S3,
                });
            }
        }
    }
}
