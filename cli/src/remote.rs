//! The admin API of a running platform.

use anyhow::{Context, Result, bail};
use clap::Args;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::{Method, Request};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

/// Which platform to talk to.
#[derive(Args)]
pub struct Remote {
    /// The platform's address.
    #[arg(
        long,
        env = "AWS_ENDPOINT_URL",
        default_value = "http://127.0.0.1:4566",
        value_name = "URL"
    )]
    endpoint: String,
}

impl Remote {
    /// Asks, and answers the JSON that comes back.
    ///
    /// # Errors
    /// When nobody answers there, or with an error.
    pub async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value> {
        let uri = format!("{}/_aquifer/{path}", self.endpoint.trim_end_matches('/'));
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let request = Request::builder()
            .method(method)
            .uri(&uri)
            .body(Full::new(Bytes::from(body)))
            .with_context(|| format!("{} is not an address", self.endpoint))?;
        let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
        let response = client.request(request).await.with_context(|| {
            format!("no platform answers at {}; start one with `aquifer serve`", self.endpoint)
        })?;
        let status = response.status();
        let bytes = response.into_body().collect().await?.to_bytes();
        let value: Value = serde_json::from_slice(&bytes)
            .with_context(|| format!("{} is not a platform", self.endpoint))?;
        if !status.is_success() {
            bail!("{}", value.get("error").and_then(Value::as_str).unwrap_or("refused"));
        }
        Ok(value)
    }
}
