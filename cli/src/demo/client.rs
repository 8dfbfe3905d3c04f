//! A minimal client for the demo: signed HTTP to one endpoint, over a real socket.
//!
//! It speaks just enough of each protocol to drive the pipeline (AWS JSON for Glue and Athena, REST
//! for S3, Query for IAM) and reads answers as JSON values. It is not an SDK: no retries, no
//! models, no streaming. The demo uses it so that what it shows is what any client would see.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail};
use aquifer_sigv4::{RequestParts, Signer, Style};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// No answer of the pipeline comes near this; a larger one is a fault, not data.
const ANSWER_BYTES_MAX: usize = 64 << 20;

const ACCESS_KEY: &str = "test";
const SECRET_KEY: &str = "test";
/// The region everything is made in.
pub const REGION: &str = "us-east-1";

/// A service's refusal, in its own words.
#[derive(Debug)]
pub struct Refused {
    /// The HTTP status.
    pub status: StatusCode,
    /// The error code, without its name space.
    pub code: String,
    /// The sentence.
    pub message: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.code, self.status.as_u16(), self.message)
    }
}

impl std::error::Error for Refused {}

/// The client. It keeps connections open between calls.
pub struct Client {
    http: hyper_util::client::legacy::Client<HttpConnector, Full<Bytes>>,
    base: String,
    authority: String,
}

struct Call<'a> {
    service: &'a str,
    method: Method,
    path: &'a str,
    query: &'a str,
    headers: &'a [(&'static str, &'a str)],
    body: Bytes,
}

impl Client {
    /// A client of `endpoint`, for example `http://127.0.0.1:4566`.
    pub fn new(endpoint: &Uri) -> Result<Client> {
        let authority = endpoint.authority().context("the endpoint has no host")?.to_string();
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Ok(Client {
            http: hyper_util::client::legacy::Client::builder(TokioExecutor::new())
                .build(connector),
            base: format!("http://{authority}"),
            authority,
        })
    }

    /// Calls an operation of Glue.
    pub async fn glue(&self, operation: &str, input: Value) -> Result<Value> {
        self.json("glue", &format!("AWSGlue.{operation}"), &input).await
    }

    /// Calls an operation of Athena.
    pub async fn athena(&self, operation: &str, input: Value) -> Result<Value> {
        self.json("athena", &format!("AmazonAthena.{operation}"), &input).await
    }

    async fn json(&self, service: &str, target: &str, input: &Value) -> Result<Value> {
        let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target)];
        let body = Bytes::from(serde_json::to_vec(input)?);
        let call =
            Call { service, method: Method::POST, path: "/", query: "", headers: &headers, body };
        let answer = self.send(call).await.with_context(|| format!("{target} was refused"))?;
        serde_json::from_slice(&answer).with_context(|| format!("{target} did not answer JSON"))
    }

    /// Calls an operation of IAM.
    pub async fn iam(&self, action: &str, parameters: &[(&str, &str)]) -> Result<String> {
        let mut form = format!("Action={action}&Version=2010-05-08");
        for (name, value) in parameters {
            form.push_str(&format!("&{name}={}", encode(value)));
        }
        let headers = [("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
        let call = Call {
            service: "iam",
            method: Method::POST,
            path: "/",
            query: "",
            headers: &headers,
            body: Bytes::from(form),
        };
        let answer = self.send(call).await.with_context(|| format!("{action} was refused"))?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }

    /// Makes a bucket.
    pub async fn create_bucket(&self, bucket: &str) -> Result<()> {
        self.s3(Method::PUT, &format!("/{bucket}"), "", Bytes::new()).await.map(drop)
    }

    /// Writes an object.
    pub async fn put_object(&self, bucket: &str, key: &str, body: Bytes) -> Result<()> {
        self.s3(Method::PUT, &object_path(bucket, key), "", body).await.map(drop)
    }

    /// Deletes an object.
    pub async fn delete_object(&self, bucket: &str, key: &str) -> Result<()> {
        self.s3(Method::DELETE, &object_path(bucket, key), "", Bytes::new()).await.map(drop)
    }

    /// The keys and sizes in bytes of up to a thousand objects under `prefix`.
    ///
    /// Only for keys the demo made itself: it reads no XML escapes.
    pub async fn list_objects(&self, bucket: &str, prefix: &str) -> Result<Vec<(String, u64)>> {
        let query = format!("list-type=2&prefix={}", encode(prefix));
        let answer = self.s3(Method::GET, &format!("/{bucket}"), &query, Bytes::new()).await?;
        let text = String::from_utf8_lossy(&answer);
        let entries = text.split("<Contents>").skip(1);
        Ok(entries
            .filter_map(|entry| {
                let size = element(entry, "Size").and_then(|size| size.parse().ok());
                Some((element(entry, "Key")?.to_owned(), size?))
            })
            .collect())
    }

    async fn s3(&self, method: Method, path: &str, query: &str, body: Bytes) -> Result<Bytes> {
        let what = format!("{method} {path}");
        let call = Call { service: "s3", method, path, query, headers: &[], body };
        self.send(call).await.with_context(|| format!("S3 refused {what}"))
    }

    /// Reads from the platform's own API, `/_aquifer/…`.
    pub async fn admin(&self, path: &str) -> Result<Value> {
        let uri = format!("{}/_aquifer/{path}", self.base);
        let request = Request::get(&uri).body(Full::default())?;
        let answer = self.answer(request).await.with_context(|| format!("{uri} was refused"))?;
        serde_json::from_slice(&answer).with_context(|| format!("{uri} did not answer JSON"))
    }

    async fn send(&self, call: Call<'_>) -> Result<Bytes> {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_str(&self.authority)?);
        for (name, value) in call.headers {
            headers.insert(*name, HeaderValue::from_str(value)?);
        }
        let signer = Signer {
            access_key: ACCESS_KEY,
            secret: SECRET_KEY,
            session_token: None,
            region: REGION,
            service: call.service,
        };
        let parts = RequestParts {
            method: call.method.as_str(),
            path: call.path,
            query: call.query,
            headers: &headers,
            authority: None,
            style: Style::of_service(call.service),
        };
        let hash = hex::encode(Sha256::digest(&call.body));
        let signature = signer.sign_headers(&parts, &hash, unix_now())?;

        let mark = if call.query.is_empty() { "" } else { "?" };
        let uri = format!("{}{}{mark}{}", self.base, call.path, call.query);
        let mut request = Request::builder().method(call.method).uri(uri);
        if let Some(all) = request.headers_mut() {
            all.extend(headers);
            all.extend(signature);
        }
        self.answer(request.body(Full::new(call.body))?).await
    }

    async fn answer(&self, request: Request<Full<Bytes>>) -> Result<Bytes> {
        let response = self.http.request(request).await.context("the platform does not answer")?;
        let status = response.status();
        let body = match Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) => bail!("the answer broke off: {error}"),
        };
        if status.is_success() {
            return Ok(body);
        }
        let (code, message) = refusal(&String::from_utf8_lossy(&body));
        Err(Refused { status, code, message }.into())
    }
}

/// The code and the sentence of an error in either JSON or XML.
fn refusal(body: &str) -> (String, String) {
    if let Ok(json) = serde_json::from_str::<Value>(body) {
        let text = |name: &str| json.get(name).and_then(Value::as_str);
        let code = text("__type").or(text("code")).unwrap_or("Error");
        let message = text("message").or(text("Message")).unwrap_or(body);
        let bare = code.rsplit('#').next().unwrap_or(code);
        return (bare.to_owned(), message.to_owned());
    }
    let code = element(body, "Code").unwrap_or("Error");
    (code.to_owned(), element(body, "Message").unwrap_or(body).to_owned())
}

/// Whether `error` is a refusal with one of these codes.
pub fn is_refusal(error: &anyhow::Error, codes: &[&str]) -> bool {
    error.downcast_ref::<Refused>().is_some_and(|refused| codes.contains(&refused.code.as_str()))
}

/// The text of the first element named `tag`.
pub fn element<'a>(xml: &'a str, tag: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{tag}>"))?;
    rest.split_once(&format!("</{tag}>")).map(|(text, _)| text)
}

fn object_path(bucket: &str, key: &str) -> String {
    let segments: Vec<String> = key.split('/').map(encode).collect();
    format!("/{bucket}/{}", segments.join("/"))
}

fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[expect(
    clippy::disallowed_methods,
    reason = "a client stands outside the platform and has no Ctx; it signs with its own time"
)]
fn unix_now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// Waits in real time before asking again.
#[expect(
    clippy::disallowed_methods,
    reason = "a client stands outside the platform and polls in real time"
)]
pub async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_read_from_json_and_xml() {
        let json = r#"{"__type":"com.amazonaws.glue#EntityNotFoundException","Message":"no"}"#;
        assert_eq!(refusal(json), ("EntityNotFoundException".to_owned(), "no".to_owned()));
        let xml = "<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>";
        assert_eq!(refusal(xml), ("NoSuchKey".to_owned(), "gone".to_owned()));
        assert_eq!(refusal("plain"), ("Error".to_owned(), "plain".to_owned()));
    }

    #[test]
    fn keys_are_encoded_by_segment() {
        assert_eq!(object_path("b", "year=2013/a b/é"), "/b/year%3D2013/a%20b/%C3%A9");
    }
}
