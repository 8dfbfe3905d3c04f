//! One HTTP/1.1 connection that stays open, without a pool around it.
//!
//! A pool would hide when a server closes connections and would share them between workers; here
//! each worker has its own and opens it anew only after a failure.

use anyhow::{Context as _, Result};
use bytes::Bytes;
use http::{Response, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::endpoint::{Endpoint, Outgoing};

/// Answers that are held whole end here; those of a load run are counted, not held.
const ANSWER_BYTES_MAX: usize = 64 << 20;

/// A connection to an endpoint.
pub struct Connection {
    endpoint: Endpoint,
    sender: Option<SendRequest<Full<Bytes>>>,
    /// Drives the socket; ended with the connection.
    driver: JoinSet<()>,
}

/// An answer, held whole.
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The body.
    pub body: Bytes,
    /// The ETag, as it is written.
    pub etag: Option<String>,
}

impl Connection {
    /// A connection that opens with its first request.
    pub fn new(endpoint: &Endpoint) -> Connection {
        Connection { endpoint: endpoint.clone(), sender: None, driver: JoinSet::new() }
    }

    /// Signs a request now, so that sending it can be timed alone.
    pub fn sign(&self, outgoing: &Outgoing) -> Result<http::Request<Full<Bytes>>> {
        self.endpoint.sign(outgoing)
    }

    /// Sends a signed request; answers when the headers of the answer are there.
    ///
    /// After an error the next call opens a new connection.
    pub async fn send(
        &mut self,
        request: http::Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>> {
        let mut sender = match self.sender.take() {
            Some(sender) if !sender.is_closed() => sender,
            _ => self.open().await?,
        };
        sender.ready().await.context("the connection closed")?;
        let response = sender.send_request(request).await.context("no answer")?;
        self.sender = Some(sender);
        Ok(response)
    }

    /// Sends a request and holds its answer.
    pub async fn call(&mut self, outgoing: &Outgoing) -> Result<Answer> {
        let request = self.sign(outgoing)?;
        let response = self.send(request).await?;
        let status = response.status();
        let etag = response.headers().get(http::header::ETAG);
        let etag = etag.and_then(|etag| etag.to_str().ok()).map(str::to_owned);
        match Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await {
            Ok(body) => Ok(Answer { status, body: body.to_bytes(), etag }),
            Err(error) => {
                self.sender = None;
                anyhow::bail!("the answer broke off: {error}")
            }
        }
    }

    /// Gives up the socket, for example in the middle of an answer.
    pub fn close(&mut self) {
        self.sender = None;
        self.driver.abort_all();
    }

    async fn open(&mut self) -> Result<SendRequest<Full<Bytes>>> {
        let authority = &self.endpoint.authority;
        let socket = TcpStream::connect(authority)
            .await
            .with_context(|| format!("cannot connect to {authority}"))?;
        socket.set_nodelay(true)?;
        let mut builder = http1::Builder::new();
        builder.max_buf_size(512 << 10);
        let (sender, connection) = builder.handshake(TokioIo::new(socket)).await?;
        self.driver.abort_all();
        self.driver.spawn(async move {
            // What goes wrong here is told to whoever waits for the answer.
            let _ = connection.await;
        });
        Ok(sender)
    }
}

/// An answer that is not a success, in one line.
pub fn refusal(answer: &Answer) -> String {
    let text = String::from_utf8_lossy(&answer.body);
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = line.chars().take(300).collect();
    format!("{}: {short}", answer.status)
}
