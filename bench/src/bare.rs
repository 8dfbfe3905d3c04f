//! `bare`: the least an HTTP server can do with objects, to compare with: it verifies nothing, keeps
//! no metadata, syncs nothing, and copies bodies between sockets and files.
//!
//! How near an S3 server comes to it shows what the rest costs: signatures, checksums, durability.

use std::convert::Infallible;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use anyhow::Result;
use bytes::Bytes;
use clap::Args;
use http::{Method, Request, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::process;

/// Bodies up to here go through one buffer; longer ones are streamed.
const WHOLE_MAX: u64 = 1 << 20;
/// Bytes of a file read at a time.
const CHUNK: usize = 1 << 20;

/// Options of `bare`.
#[derive(Args)]
pub struct Options {
    /// The port, on loopback.
    #[arg(long, default_value_t = 0)]
    port: u16,
}

/// Serves until it is ended.
pub fn run(options: &Options) -> Result<()> {
    let folder = process::scratch("bare")?;
    let shared = Arc::new(Shared { folder: folder.path().to_owned(), files: AtomicU64::new(0) });
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(("127.0.0.1", options.port)).await?;
        println!("ready http://{} pid {}", listener.local_addr()?, std::process::id());
        let mut connections = JoinSet::new();
        loop {
            let (socket, _) = listener.accept().await?;
            socket.set_nodelay(true)?;
            let shared = shared.clone();
            connections.spawn(async move {
                let service = service_fn(move |request| answer(shared.clone(), request));
                let mut builder = http1::Builder::new();
                builder.max_buf_size(512 << 10);
                // A client that goes away is no news.
                let _ = builder.serve_connection(TokioIo::new(socket), service).await;
            });
            while connections.try_join_next().is_some() {}
        }
    })
}

struct Shared {
    folder: PathBuf,
    files: AtomicU64,
}

impl Shared {
    /// The file of a path.
    fn file(&self, path: &str) -> PathBuf {
        self.folder.join(path.replace('/', "_"))
    }
}

async fn answer(
    shared: Arc<Shared>,
    request: Request<Incoming>,
) -> Result<Response<Sending>, Infallible> {
    let done = match *request.method() {
        Method::PUT => put(&shared, request).await,
        _ => get(&shared.file(request.uri().path())).await,
    };
    Ok(done.unwrap_or_else(|error| {
        let status = match error.kind() {
            io::ErrorKind::NotFound => StatusCode::NOT_FOUND,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let mut response = Response::new(Sending::whole(error.to_string().into()));
        *response.status_mut() = status;
        response
    }))
}

async fn put(shared: &Shared, request: Request<Incoming>) -> io::Result<Response<Sending>> {
    let file = shared.file(request.uri().path());
    let number = shared.files.fetch_add(1, Ordering::Relaxed);
    let new = shared.folder.join(format!("new-{number}"));
    let mut body = request.into_body();
    if body.size_hint().exact().is_some_and(|size| size <= WHOLE_MAX) {
        let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
        std::fs::write(&new, &body)?;
    } else {
        let mut out = tokio::fs::File::create(&new).await?;
        while let Some(frame) = body.frame().await {
            if let Ok(data) = frame.map_err(io::Error::other)?.into_data() {
                out.write_all(&data).await?;
            }
        }
        out.flush().await?;
    }
    std::fs::rename(&new, &file)?;
    Ok(Response::new(Sending::whole(Bytes::new())))
}

async fn get(file: &Path) -> io::Result<Response<Sending>> {
    let size = std::fs::metadata(file)?.len();
    let body = if size <= WHOLE_MAX {
        Sending::whole(std::fs::read(file)?.into())
    } else {
        Sending::File { file: tokio::fs::File::open(file).await?, left: size, buffer: Vec::new() }
    };
    Ok(Response::new(body))
}

/// A body that is there, or a file as it is read.
enum Sending {
    Whole(Full<Bytes>),
    File { file: tokio::fs::File, left: u64, buffer: Vec<u8> },
}

impl Sending {
    fn whole(bytes: Bytes) -> Sending {
        Sending::Whole(Full::new(bytes))
    }
}

impl Body for Sending {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match &mut *self {
            Sending::Whole(full) => Pin::new(full).poll_frame(cx).map_err(|never| match never {}),
            Sending::File { left: 0, .. } => Poll::Ready(None),
            Sending::File { file, left, buffer } => {
                buffer.reserve(CHUNK);
                let read = std::pin::pin!(file.read_buf(buffer)).poll(cx);
                read.map(|read| {
                    let read = read.and_then(|count| match count {
                        0 => Err(io::ErrorKind::UnexpectedEof.into()),
                        count => Ok(count),
                    });
                    Some(read.map(|count| {
                        *left = left.saturating_sub(count as u64);
                        Frame::data(std::mem::take(buffer).into())
                    }))
                })
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Sending::Whole(full) => full.size_hint(),
            Sending::File { left, .. } => SizeHint::with_exact(*left),
        }
    }
}
