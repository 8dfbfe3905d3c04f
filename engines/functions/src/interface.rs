//! The address at which a sandbox asks for work, and says what came of it.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use aquifer_ctx::PlatformParts;
use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::ANSWER_BYTES_MAX;

const BASE: &str = "/2018-06-01/runtime/";
const ERROR_TYPE: &str = "lambda-runtime-function-error-type";

/// What a sandbox says.
#[derive(Debug)]
pub(crate) enum Said {
    /// It is ready for work.
    Ready,
    /// The answer to a call.
    Answer(Bytes),
    /// Why there is no answer: the kind, if it said one, and what callers are to be told.
    Failed(Option<String>, Bytes),
    /// The answer is larger than answers may be.
    AnswerTooLarge,
    /// It cannot start.
    NoStart(Option<String>, Bytes),
}

/// A call as a sandbox is given it.
#[derive(Debug)]
pub(crate) struct Work {
    pub id: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Bytes,
}

/// One sandbox's address.
pub(crate) struct Interface {
    pub address: SocketAddr,
    pub work: mpsc::Sender<Work>,
    pub said: mpsc::UnboundedReceiver<Said>,
}

struct Desk {
    work: tokio::sync::Mutex<mpsc::Receiver<Work>>,
    said: mpsc::UnboundedSender<Said>,
    /// The call under way.
    current: Mutex<String>,
}

/// Opens an address that is served until `until`.
///
/// # Errors
/// When the machine has none left.
pub(crate) async fn open(parts: &PlatformParts, until: CancellationToken) -> io::Result<Interface> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let (work, works) = mpsc::channel(1);
    let (saying, said) = mpsc::unbounded_channel();
    let desk = Arc::new(Desk {
        work: tokio::sync::Mutex::new(works),
        said: saying,
        current: Mutex::default(),
    });
    let spawner = parts.clone();
    parts.spawn("runtime api", async move {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = until.cancelled() => return,
            };
            // A connection that cannot be accepted is the sandbox's to open again.
            let Ok((socket, _)) = accepted else { return };
            let (desk, until) = (Arc::clone(&desk), until.clone());
            spawner.spawn("runtime api", async move { serve(socket, desk, until).await });
        }
    });
    Ok(Interface { address, work, said })
}

async fn serve(socket: TcpStream, desk: Arc<Desk>, until: CancellationToken) {
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!("cannot disable Nagle's algorithm: {error}");
    }
    let service = service_fn(move |request| {
        let desk = Arc::clone(&desk);
        async move { Ok::<_, Infallible>(desk.answer(request).await) }
    });
    let connection =
        hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(socket), service);
    tokio::select! {
        served = connection => {
            if let Err(error) = served {
                tracing::debug!("a sandbox's connection ended: {error}");
            }
        }
        () = until.cancelled() => {}
    }
}

impl Desk {
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let path = request.uri().path().to_owned();
        let Some(path) = path.strip_prefix(BASE) else { return unknown() };
        let parts: Vec<&str> = path.split('/').collect();
        match (request.method(), parts.as_slice()) {
            (&Method::GET, ["invocation", "next"]) => self.next().await,
            (&Method::POST, ["invocation", id, "response"]) => {
                self.ended(id, request, |_, body| Said::Answer(body)).await
            }
            (&Method::POST, ["invocation", id, "error"]) => {
                self.ended(id, request, Said::Failed).await
            }
            (&Method::POST, ["init", "error"]) => {
                let kind = kind_of(&request);
                match read(request).await {
                    Some(body) => self.say(Said::NoStart(kind, body)),
                    None => too_large(),
                }
            }
            _ => unknown(),
        }
    }

    async fn next(&self) -> Response<Full<Bytes>> {
        let mut works = self.work.lock().await;
        if self.said.send(Said::Ready).is_err() {
            return refusal(StatusCode::GONE, "Runtime.Gone", "the sandbox is gone");
        }
        let Some(Work { id, headers, body }) = works.recv().await else {
            return refusal(StatusCode::GONE, "Runtime.Gone", "the sandbox is gone");
        };
        *self.current.lock() = id;
        let mut response = Response::builder().header("content-type", "application/json");
        for (name, value) in headers {
            response = response.header(name, value);
        }
        response.body(Full::new(body)).unwrap_or_else(|_| {
            refusal(StatusCode::INTERNAL_SERVER_ERROR, "Runtime.Header", "a header cannot be sent")
        })
    }

    async fn ended(
        &self,
        id: &str,
        request: Request<Incoming>,
        saying: impl FnOnce(Option<String>, Bytes) -> Said,
    ) -> Response<Full<Bytes>> {
        if std::mem::take(&mut *self.current.lock()) != id {
            return refusal(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID");
        }
        let kind = kind_of(&request);
        match read(request).await {
            Some(body) => self.say(saying(kind, body)),
            None => {
                self.say(Said::AnswerTooLarge);
                too_large()
            }
        }
    }

    fn say(&self, said: Said) -> Response<Full<Bytes>> {
        // Nobody listens any more where the call took too long.
        let _ = self.said.send(said);
        let mut response = Response::new(Full::new(Bytes::from_static(b"{\"status\":\"OK\"}")));
        *response.status_mut() = StatusCode::ACCEPTED;
        response
    }
}

fn kind_of(request: &Request<Incoming>) -> Option<String> {
    request.headers().get(ERROR_TYPE)?.to_str().ok().map(str::to_owned)
}

async fn read(request: Request<Incoming>) -> Option<Bytes> {
    let body = Limited::new(request.into_body(), ANSWER_BYTES_MAX).collect().await.ok()?;
    Some(body.to_bytes())
}

fn unknown() -> Response<Full<Bytes>> {
    refusal(StatusCode::NOT_FOUND, "InvalidRequest", "there is nothing here")
}

fn too_large() -> Response<Full<Bytes>> {
    let kind = "Function.ResponseSizeTooLarge";
    refusal(StatusCode::PAYLOAD_TOO_LARGE, kind, "Exceeded maximum allowed payload size")
}

fn refusal(status: StatusCode, kind: &str, message: &str) -> Response<Full<Bytes>> {
    let body = serde_json::json!({ "errorType": kind, "errorMessage": message }).to_string();
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    response
}
