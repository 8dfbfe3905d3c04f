//! Where requests go, and how they are signed.

use std::str::FromStr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail};
use aquifer_sigv4::{EMPTY_SHA256, RequestParts, Signer, Style};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Uri, header};
use http_body_util::Full;
use sha2::{Digest as _, Sha256};

/// The region requests are signed for.
pub const REGION: &str = "us-east-1";

/// Who asks.
#[derive(Clone, Debug)]
pub struct Key {
    /// The access key id.
    pub id: String,
    /// The secret access key.
    pub secret: String,
}

impl Default for Key {
    fn default() -> Key {
        Key {
            id: "AKIABENCHMARKS000000".to_owned(),
            secret: "a secret of the benchmarks".to_owned(),
        }
    }
}

impl FromStr for Key {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Key> {
        let (id, secret) = text.split_once(':').context("a key is written id:secret")?;
        Ok(Key { id: id.to_owned(), secret: secret.to_owned() })
    }
}

/// A server, and who asks it.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// `host:port`.
    pub authority: String,
    /// What requests are signed with.
    pub key: Key,
}

/// The content of a request. Its hash is computed once, however often it is sent.
#[derive(Clone, Debug)]
pub struct Body {
    /// The bytes.
    pub bytes: Bytes,
    sha256: Arc<str>,
}

impl Body {
    /// A body whose SHA-256 is signed.
    pub fn signed(bytes: Bytes) -> Body {
        let sha256 = hex::encode(Sha256::digest(&bytes)).into();
        Body { bytes, sha256 }
    }

    /// A body that the signature does not cover.
    pub fn unsigned(bytes: Bytes) -> Body {
        Body { bytes, sha256: "UNSIGNED-PAYLOAD".into() }
    }

    /// No body.
    pub fn none() -> Body {
        Body { bytes: Bytes::new(), sha256: EMPTY_SHA256.into() }
    }
}

/// A request before it is signed.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The service it is signed for.
    pub service: &'static str,
    /// The method.
    pub method: Method,
    /// The path, percent-encoded.
    pub path: String,
    /// The query without its question mark, percent-encoded.
    pub query: String,
    /// `x-amz-target` of the JSON protocols.
    pub target: Option<&'static str>,
    /// The body.
    pub body: Body,
}

impl Outgoing {
    /// A request to S3.
    pub fn s3(method: Method, path: String, query: String, body: Body) -> Outgoing {
        Outgoing { service: "s3", method, path, query, target: None, body }
    }
}

impl Endpoint {
    /// An endpoint from its URL, `http://host:port`.
    pub fn parse(url: &str, key: &Key) -> Result<Endpoint> {
        let uri: Uri = url.parse().with_context(|| format!("'{url}' is not a URL"))?;
        if uri.scheme_str() != Some("http") {
            bail!("'{url}' is not an http:// URL");
        }
        let authority = uri.authority().with_context(|| format!("'{url}' names no host"))?;
        let mut authority = authority.to_string();
        if uri.port().is_none() {
            authority.push_str(":80");
        }
        Ok(Endpoint { authority, key: key.clone() })
    }

    /// `http://host:port`.
    pub fn url(&self) -> String {
        format!("http://{}", self.authority)
    }

    /// Signs a request.
    pub fn sign(&self, outgoing: &Outgoing) -> Result<Request<Full<Bytes>>> {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_str(&self.authority)?);
        if let Some(target) = outgoing.target {
            let json = HeaderValue::from_static("application/x-amz-json-1.1");
            headers.insert(header::CONTENT_TYPE, json);
            headers.insert("x-amz-target", HeaderValue::from_static(target));
        }
        let signer = Signer {
            access_key: &self.key.id,
            secret: &self.key.secret,
            session_token: None,
            region: REGION,
            service: outgoing.service,
        };
        let parts = RequestParts {
            method: outgoing.method.as_str(),
            path: &outgoing.path,
            query: &outgoing.query,
            headers: &headers,
            authority: None,
            style: Style::of_service(outgoing.service),
        };
        let signature = signer.sign_headers(&parts, &outgoing.body.sha256, unix_now())?;
        let mark = if outgoing.query.is_empty() { "" } else { "?" };
        let uri = format!("{}{mark}{}", outgoing.path, outgoing.query);
        let mut request = Request::builder().method(outgoing.method.clone()).uri(uri);
        if let Some(all) = request.headers_mut() {
            all.extend(headers);
            all.extend(signature);
        }
        Ok(request.body(Full::new(outgoing.body.bytes.clone()))?)
    }
}

#[expect(clippy::disallowed_methods, reason = "a client signs with its own time")]
fn unix_now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_a_plain_url() {
        let key = Key::default();
        assert_eq!(
            Endpoint::parse("http://127.0.0.1:4566", &key).unwrap().url(),
            "http://127.0.0.1:4566"
        );
        assert_eq!(Endpoint::parse("http://localhost/", &key).unwrap().authority, "localhost:80");
        assert!(Endpoint::parse("https://127.0.0.1", &key).is_err());
        assert!(Endpoint::parse("127.0.0.1:4566", &key).is_err());
    }

    #[test]
    fn a_request_covers_its_target_and_host() {
        let key = Key::default();
        let endpoint = Endpoint::parse("http://localhost:1", &key).unwrap();
        let outgoing = Outgoing {
            service: "athena",
            method: Method::POST,
            path: "/".to_owned(),
            query: String::new(),
            target: Some("AmazonAthena.ListWorkGroups"),
            body: Body::signed(Bytes::from_static(b"{}")),
        };
        let request = endpoint.sign(&outgoing).unwrap();
        let authorization = request.headers()["authorization"].to_str().unwrap();
        assert!(authorization.contains("/us-east-1/athena/aws4_request"), "{authorization}");
        assert!(authorization.contains("host;"), "{authorization}");
        assert!(authorization.contains(";x-amz-target"), "{authorization}");
    }
}
