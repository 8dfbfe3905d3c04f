//! Published examples, one flipped byte at a time, and the signer as a mirror.

use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;

use super::*;
use crate::sign::Signer;

const S3_SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const SUITE_SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// A request as owned data, so that tests can change one part of it.
#[derive(Clone)]
struct Sample {
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    style: Style,
    secret: String,
}

impl Sample {
    fn new(style: Style, method: &str, target: &str, headers: &[(&str, &str)]) -> Sample {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Sample {
            method: method.into(),
            path: path.into(),
            query: query.into(),
            headers: headers.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect(),
            style,
            secret: if style == Style::S3 { S3_SECRET } else { SUITE_SECRET }.into(),
        }
    }

    fn check(&self, body_sha256: Option<&str>) -> Result<Verified, String> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            headers.append(
                HeaderName::from_bytes(name.as_bytes()).unwrap(),
                HeaderValue::from_bytes(value.as_bytes()).unwrap(),
            );
        }
        let request = RequestParts {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            headers: &headers,
            authority: None,
            style: self.style,
        };
        let presented =
            Presented::parse(&request).map_err(|e| e.to_string())?.ok_or("anonymous")?;
        verify(&presented, &request, body_sha256, &self.secret, &KeyCache::default())
            .map_err(|e| format!("{e:?}"))
    }
}

fn authorization(key: &str, scope: &str, signed: &str, signature: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential={key}/{scope}/aws4_request,\
         SignedHeaders={signed},Signature={signature}"
    )
}

/// The examples of the S3 API reference, "Authenticating Requests".
fn s3_examples() -> Vec<Sample> {
    let host = ("host", "examplebucket.s3.amazonaws.com");
    let date = ("x-amz-date", "20130524T000000Z");
    let empty = ("x-amz-content-sha256", EMPTY_SHA256);
    let auth = |signed: &str, signature: &str| {
        authorization("AKIAIOSFODNN7EXAMPLE", "20130524/us-east-1/s3", signed, signature)
    };
    let get = auth(
        "host;range;x-amz-content-sha256;x-amz-date",
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    );
    let put = auth(
        "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    );
    let plain = "host;x-amz-content-sha256;x-amz-date";
    let lifecycle = auth(plain, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
    let list = auth(plain, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
    let s3 =
        |method, target, headers: &[(&str, &str)]| Sample::new(Style::S3, method, target, headers);
    vec![
        s3(
            "GET",
            "/test.txt",
            &[host, ("range", "bytes=0-9"), empty, date, ("authorization", &get)],
        ),
        s3(
            "PUT",
            "/test$file.text",
            &[
                host,
                ("date", "Fri, 24 May 2013 00:00:00 GMT"),
                ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
                (
                    "x-amz-content-sha256",
                    "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
                ),
                date,
                ("authorization", &put),
            ],
        ),
        s3("GET", "/?lifecycle", &[host, date, empty, ("authorization", &lifecycle)]),
        s3("GET", "/?max-keys=2&prefix=J", &[host, date, empty, ("authorization", &list)]),
        s3(
            "GET",
            "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
             &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
             &X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
             &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
            &[host],
        ),
    ]
}

#[test]
fn s3_examples_verify() {
    for sample in s3_examples() {
        let verdict = sample.check(None);
        assert!(verdict.is_ok(), "{} {}: {verdict:?}", sample.method, sample.path);
    }
}

/// Cases of AWS's Signature Version 4 test suite.
#[test]
fn suite_examples_verify() {
    let suite = |method: &str, target: &str, more: &[(&str, &str)], signature: &str| {
        let mut headers =
            vec![("host", "example.amazonaws.com"), ("x-amz-date", "20150830T123600Z")];
        headers.extend(more);
        let mut signed: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        signed.sort_unstable();
        signed.dedup();
        let auth = authorization(
            "AKIDEXAMPLE",
            "20150830/us-east-1/service",
            &signed.join(";"),
            signature,
        );
        headers.push(("authorization", &auth));
        Sample::new(Style::Standard, method, target, &headers)
    };
    for sample in SUITE {
        let (name, method, target, headers, signature) = sample;
        let sample = suite(method, target, headers, signature);
        let verdict = sample.check(Some(EMPTY_SHA256));
        assert!(verdict.is_ok(), "{name}: {verdict:?}");
    }
}

type SuiteCase = (
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
);

const VANILLA: &str = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";

const SUITE: &[SuiteCase] = &[
    ("get-vanilla", "GET", "/", &[], VANILLA),
    (
        "get-vanilla-empty-query-key",
        "GET",
        "/?Param1=value1",
        &[],
        "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb",
    ),
    (
        "get-vanilla-query-order-key-case",
        "GET",
        "/?Param2=value2&Param1=value1",
        &[],
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    ),
    (
        "get-vanilla-query-order-value",
        "GET",
        "/?Param1=value2&Param1=value1",
        &[],
        "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694",
    ),
    (
        "get-vanilla-utf8-query",
        "GET",
        "/?\u{1234}=bar",
        &[],
        "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
    ),
    ("get-relative", "GET", "/example/..", &[], VANILLA),
    ("get-relative-relative", "GET", "/example1/example2/../..", &[], VANILLA),
    ("get-slash", "GET", "//", &[], VANILLA),
    ("get-slash-dot-slash", "GET", "/./", &[], VANILLA),
    (
        "get-slashes",
        "GET",
        "//example//",
        &[],
        "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84",
    ),
    (
        "get-vanilla-query-order-encoded",
        "GET",
        "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1",
        &[],
        "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac",
    ),
    (
        "get-utf8",
        "GET",
        "/\u{1234}",
        &[],
        "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85",
    ),
    (
        "get-header-value-trim",
        "GET",
        "/",
        &[("my-header1", " value1"), ("my-header2", " \"a   b   c\"")],
        "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
    ),
    (
        "get-header-key-duplicate",
        "GET",
        "/",
        &[("my-header1", "value2"), ("my-header1", "value2"), ("my-header1", "value1")],
        "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
    ),
    (
        "post-vanilla",
        "POST",
        "/",
        &[],
        "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
    ),
];

/// Changes one character of a text to another plausible one.
fn flip(text: &str, at: usize) -> String {
    text.char_indices()
        .map(|(i, c)| {
            if i != at {
                c
            } else if c == '1' {
                '2'
            } else {
                '1'
            }
        })
        .collect()
}

#[test]
fn one_flipped_byte_anywhere_is_noticed() {
    for sample in s3_examples() {
        let mut forgeries = Vec::new();
        let mut forge = |change: &dyn Fn(&mut Sample)| {
            let mut forged = sample.clone();
            change(&mut forged);
            if forged.path != sample.path
                || forged.query != sample.query
                || forged.headers != sample.headers
            {
                forgeries.push(forged);
            }
        };
        for at in 1..sample.path.len() {
            forge(&|s| s.path = flip(&s.path, at));
        }
        // The access key id is not under the signature: it chooses the secret.
        let key_at = sample.query.find("AKIA").map_or(0..0, |at| at..at + 20);
        for at in (0..sample.query.len()).filter(|at| !key_at.contains(at)) {
            forge(&|s| s.query = flip(&s.query, at));
        }
        for (index, (_, value)) in sample.headers.iter().enumerate() {
            let key_at = value.find("AKIA").map_or(0..0, |at| at..at + 20);
            for at in (0..value.len()).filter(|at| !key_at.contains(at)) {
                forge(&|s| s.headers[index].1 = flip(&s.headers[index].1, at));
            }
        }
        let (mut method, mut secret) = (sample.clone(), sample.clone());
        method.method.push('T');
        secret.secret = flip(&secret.secret, 3);
        forgeries.extend([method, secret]);
        for forged in forgeries {
            let Sample { method, path, query, headers, .. } = &forged;
            assert!(forged.check(None).is_err(), "{method} {path}?{query} {headers:?}");
        }
    }
}

/// Requests signed by botocore 1.43, which spells paths and queries by its own code.
#[test]
fn botocore_examples_verify() {
    let host = ("host", "localhost:4566");
    let date = ("x-amz-date", "20150830T123600Z");
    let auth = |service: &str, signed: &str, signature: &str| {
        authorization("AKIDEXAMPLE", &format!("20150830/us-east-1/{service}"), signed, signature)
    };
    let put = auth(
        "s3",
        "host;x-amz-content-sha256;x-amz-date",
        "26f299268491ee3f10becb3b0830c7d6cb31127447801bcf9941ffcd657fe305",
    );
    let invoke = auth(
        "lambda",
        "host;x-amz-date;x-amz-target",
        "55480c0adcd401ec1170058d9ff281032194a0d6b40cfde4677a1a3ae812266e",
    );
    let presigned = |query: &str, service: &str, signed: &str, signature: &str| {
        format!(
            "{query}&X-Amz-Algorithm=AWS4-HMAC-SHA256\
             &X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2F{service}%2Faws4_request\
             &X-Amz-Date=20150830T123600Z&X-Amz-Expires=3600&X-Amz-SignedHeaders={signed}\
             &X-Amz-Signature={signature}"
        )
    };
    let get = presigned(
        "/bucket/a%20b?versionId=x",
        "s3",
        "host",
        "dbed7b5dca12c6beafe3ab4fc9c770ae04d4e86c4173bffc05b1f15affe3c11d",
    );
    let identity = presigned(
        "/?Action=GetCallerIdentity&Version=2011-06-15",
        "sts",
        "host%3Bx-k8s-aws-id",
        "44eb02f82512f1517a80d55a2909d4683f8b5d085887146c5d86160754b2ba52",
    );
    // SHA-256 of `{}`.
    let object = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    let cases = [
        (
            Sample::new(
                Style::S3,
                "PUT",
                "/bucket/a%20b%2Bc//../%C3%A9~%281%29.txt?partNumber=1&uploadId=a%2Fb%3D",
                &[host, date, ("x-amz-content-sha256", EMPTY_SHA256), ("authorization", &put)],
            ),
            None,
        ),
        (
            Sample::new(
                Style::Standard,
                "POST",
                "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A1%3Afunction%3Af\
                 /invocations",
                &[host, date, ("x-amz-target", "T"), ("authorization", &invoke)],
            ),
            Some(object),
        ),
        (Sample::new(Style::S3, "GET", &get, &[host]), None),
        (Sample::new(Style::Standard, "GET", &identity, &[host, ("x-k8s-aws-id", "c")]), None),
    ];
    for (mut sample, body) in cases {
        sample.secret = SUITE_SECRET.into();
        let verdict = sample.check(body);
        assert!(verdict.is_ok(), "{} {}: {verdict:?}", sample.method, sample.path);
    }
}

#[test]
fn a_mismatch_shows_what_was_signed() {
    let mut sample = s3_examples().remove(0);
    sample.secret.push('x');
    let shown = sample.check(None).unwrap_err();
    let string_to_sign = "AWS4-HMAC-SHA256\\n20130524T000000Z\\n\
        20130524/us-east-1/s3/aws4_request\\n\
        7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972";
    assert!(shown.contains(string_to_sign), "{shown}");
    assert!(shown.contains("GET\\n/test.txt\\n\\nhost:examplebucket"), "{shown}");
}

#[test]
fn headers_that_count_must_be_signed() {
    let mut sample = s3_examples().remove(0);
    sample.headers.push(("x-amz-acl".into(), "public-read".into()));
    assert_eq!(sample.check(None).unwrap_err(), "HeadersNotSigned([\"x-amz-acl\"])");
    let auth = authorization("A", "20150830/r/s", "range", VANILLA);
    let sample = Sample::new(
        Style::Standard,
        "GET",
        "/",
        &[("x-amz-date", "20150830T000000Z"), ("authorization", &auth)],
    );
    assert_eq!(sample.check(None).unwrap_err(), "HeadersNotSigned([\"host\", \"x-amz-date\"])");
}

#[test]
fn what_names_the_operation_must_be_signed_whichever_the_service() {
    for style in [Style::S3, Style::Standard] {
        for header in ["x-amz-target", "x-amz-content-sha256", "smithy-protocol"] {
            let auth = authorization("A", "20150830/r/s", "host;x-amz-date", VANILLA);
            let mut sample = Sample::new(style, "POST", "/", &[]);
            sample.headers = [
                ("host", "h"),
                ("x-amz-date", "20150830T000000Z"),
                ("authorization", &auth),
                (header, EMPTY_SHA256),
            ]
            .map(|(name, value)| (name.into(), value.into()))
            .into();
            let refused = sample.check(Some(EMPTY_SHA256)).unwrap_err();
            assert_eq!(refused, format!("HeadersNotSigned([\"{header}\"])"));
        }
    }
    let mut sample = s3_examples().remove(0);
    sample.headers.push(("x-amz-user-agent".into(), "aws-sdk-php/3".into()));
    assert!(sample.check(None).is_ok(), "what a client says of itself does nothing");
}

#[test]
fn the_body_hash_is_asked_for_when_the_request_declares_none() {
    let auth = authorization("A", "20150830/r/s", "host;x-amz-date", VANILLA);
    let sample = Sample::new(
        Style::Standard,
        "GET",
        "/",
        &[("host", "h"), ("x-amz-date", "20150830T000000Z"), ("authorization", &auth)],
    );
    assert_eq!(sample.check(None).unwrap_err(), "BodyHashNeeded");
}

proptest! {
    #[test]
    fn what_the_signer_signs_the_verifier_accepts(
        path in "/[ -~]{0,40}",
        query in "[ -~&&[^#]]{0,40}",
        value in "[ -~]{0,30}",
        token in proptest::option::of("[A-Za-z0-9/+=]{1,30}"),
        s3 in any::<bool>(),
        presign in any::<bool>(),
        now in 0i64..4_000_000_000,
    ) {
        prop_assume!(!query.contains("X-Amz") && !query.contains("AWSAccess"));
        let style = if s3 { Style::S3 } else { Style::Standard };
        let mut headers = HeaderMap::new();
        headers.insert("x-custom", HeaderValue::from_str(&value).unwrap());
        let signer = Signer {
            access_key: "AKID",
            secret: "secret",
            session_token: token.as_deref(),
            region: "eu-west-1",
            service: "service",
        };
        let request = RequestParts {
            method: "PUT",
            path: &path,
            query: &query,
            headers: &headers,
            authority: Some("example.org:4566"),
            style,
        };
        let presigned;
        let mut signed_headers = headers.clone();
        let signed = if presign {
            let payload = if s3 { "UNSIGNED-PAYLOAD" } else { EMPTY_SHA256 };
            presigned = signer.presign(&request, payload, 60, now).unwrap();
            RequestParts { query: &presigned, ..request }
        } else {
            signed_headers.extend(signer.sign_headers(&request, "UNSIGNED-PAYLOAD", now).unwrap());
            RequestParts { headers: &signed_headers, ..request }
        };
        let presented = Presented::parse(&signed).unwrap().unwrap();
        prop_assert_eq!(presented.session_token.as_deref(), token.as_deref());
        prop_assert_eq!(presented.signed_at, now);
        let keys = KeyCache::default();
        let check = |request: &RequestParts<'_>, secret| {
            verify(&presented, request, None, secret, &keys)
        };
        let other_method = RequestParts { method: "GET", ..signed };
        let other_host = RequestParts { authority: Some("evil"), ..signed };
        prop_assert!(check(&signed, "secret").is_ok());
        prop_assert!(check(&signed, "Secret").is_err());
        prop_assert!(check(&other_method, "secret").is_err());
        prop_assert!(check(&other_host, "secret").is_err());
    }
}
