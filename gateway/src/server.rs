//! A running platform: opened, listening, closed.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use platform::{
    Backend, Clock, House, Ids, Jobs, Platform, PlatformParts, RootSecret, Stages, Store,
    StoreOptions,
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::admin::Admin;
use crate::dispatch::{Dispatch, Peer};
use crate::options::{ServeOptions, StartError};
use crate::services;
use crate::tls::{self, Secure};

/// A client that takes longer than this to send its headers is cut off.
const HEADERS_PATIENCE: Duration = Duration::from_secs(30);
/// Headers of one request, together.
const HEADERS_BYTES_MAX: usize = 64 << 10;
/// Connections at once, at most; those beyond wait to be accepted. Fewer where the process may not
/// have twice as many files open, since what connections ask for needs files too.
const CONNECTIONS_MAX: usize = 4_096;
/// After a connection could not be accepted, the next is tried this much later: what is short then,
/// descriptors or memory, does not come back at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Such failures are logged once in this time.
const ACCEPT_COMPLAINT: Duration = Duration::from_secs(10);
/// How long work in flight may take to end when the server is told to.
const SHUTDOWN_PATIENCE: Duration = Duration::from_secs(10);

/// A running platform.
pub struct Server {
    address: SocketAddr,
    parts: PlatformParts,
    platform: Platform,
    admin: Arc<Admin>,
}

impl Server {
    /// Opens the data directory and the rooms, and listens.
    ///
    /// # Errors
    /// When the directory is in use or of a newer version, or the address is taken.
    pub async fn start(options: ServeOptions) -> Result<Self, StartError> {
        let backend = match &options.data {
            Some(path) => Backend::Disk(path.clone()),
            None => Backend::Memory,
        };
        let store = Store::open(StoreOptions { backend, durability: options.durability })?;
        let secret = match &options.data {
            Some(path) => RootSecret::open(&store, path).await,
            None => Ok(RootSecret::fresh()),
        };
        let secret = secret.map_err(|error| StartError::Other(error.to_string()))?;
        let clock = Clock::load(&store)?;
        let ids = options.seed.map_or_else(Ids::random, Ids::seeded);
        let parts = PlatformParts::new(store, clock, ids);
        let jobs = Jobs::new(&parts);
        platform::forget_old_answers(&jobs);
        let admin_parts = parts.clone();
        let house = House {
            parts: parts.clone(),
            jobs: jobs.clone(),
            data: options.data.clone(),
            copies: options.copies,
            memory_bytes: options.memory_bytes,
            threads: std::thread::available_parallelism().map_or(2, usize::from),
            root_key: options.root_key.clone(),
            secret,
            closed: options.closed.clone(),
            bounds: options.bounds.clone(),
        };
        let secure = options
            .tls
            .as_ref()
            .map(|tls| Secure::open(tls, options.data.as_deref(), options.listen));
        let secure = secure.transpose()?;
        let registry = services::open(&house, options.services.as_deref())?;
        let stages = Stages::open(&parts)?;
        let platform = Platform::new(parts.clone(), registry, options.auth, stages);
        platform.deliver_calls(&jobs);
        jobs.start();
        let address = SocketAddr::new(options.listen, options.port);
        let listener = TcpListener::bind(address)
            .await
            .map_err(|source| StartError::Listen { address: address.to_string(), source })?;
        let address = listener
            .local_addr()
            .map_err(|source| StartError::Listen { address: address.to_string(), source })?;
        let admin =
            Arc::new(Admin::new(admin_parts, platform.clone(), jobs, &options, secure.as_ref())?);
        let dispatch = Arc::new(Dispatch::new(platform.clone()));
        let serving = Arc::clone(&admin);
        parts.spawn("listener", accept(listener, parts.clone(), dispatch, serving, secure));
        Ok(Self { address, parts, platform, admin })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The assembled house.
    pub fn platform(&self) -> &Platform {
        &self.platform
    }

    /// The data directory, if anything is kept.
    pub fn data(&self) -> Option<&Path> {
        self.admin.data()
    }

    /// Stops taking requests, lets those in flight end, and closes the store.
    ///
    /// # Errors
    /// When the last writes cannot be made durable.
    pub async fn shut_down(self) -> Result<(), StartError> {
        if !self.parts.shut_down(SHUTDOWN_PATIENCE).await {
            tracing::warn!("some work did not end in time and was left");
        }
        self.admin.flush().await;
        let store = self.parts.store().clone();
        let closed = tokio::task::spawn_blocking(move || store.close()).await;
        closed.map_err(|error| StartError::Other(error.to_string()))??;
        Ok(())
    }
}

async fn accept(
    listener: TcpListener,
    parts: PlatformParts,
    dispatch: Arc<Dispatch>,
    admin: Arc<Admin>,
    secure: Option<Secure>,
) {
    let shutdown = parts.shutdown_token().clone();
    let places = Arc::new(Semaphore::new(connections_max(open_files_max())));
    let mut complained = None;
    loop {
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await;
            listener.accept().await.map(|accepted| (accepted, place))
        };
        let accepted = tokio::select! {
            accepted = accepted => accepted,
            () = shutdown.cancelled() => return,
        };
        match accepted {
            Ok(((socket, peer), place)) => {
                let serving = Serving {
                    parts: parts.clone(),
                    dispatch: Arc::clone(&dispatch),
                    admin: Arc::clone(&admin),
                };
                let secure = secure.clone();
                parts.spawn("connection", async move {
                    let _place = place;
                    serving.arrive(socket, peer, secure).await;
                });
            }
            Err(error) => {
                let now = parts.clock().real_now();
                if complained.is_none_or(|last| now.since(last) >= ACCEPT_COMPLAINT) {
                    tracing::warn!("cannot accept connections: {error}");
                    complained = Some(now);
                }
                parts.clock().sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn connections_max(open_files: Option<usize>) -> usize {
    open_files.map_or(CONNECTIONS_MAX, |files| (files / 2).clamp(1, CONNECTIONS_MAX))
}

/// How many files the process may have open, where the system says so in a file.
fn open_files_max() -> Option<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// What a connection is served with.
struct Serving {
    parts: PlatformParts,
    dispatch: Arc<Dispatch>,
    admin: Arc<Admin>,
}

impl Serving {
    /// Serves a connection, over TLS if it begins as TLS does.
    async fn arrive(self, socket: TcpStream, peer: SocketAddr, secure: Option<Secure>) {
        // Small answers go out at once; a client that waits for them has nothing to add.
        if let Err(error) = socket.set_nodelay(true) {
            tracing::debug!("cannot disable Nagle's algorithm: {error}");
        }
        let Some(secure) = secure else {
            return self.serve(socket, Peer { address: peer, secure: false }).await;
        };
        let shutdown = self.parts.shutdown_token().clone();
        let beginning = async {
            let mut first = [0; 1];
            if socket.peek(&mut first).await? == 0 || first[0] != tls::HANDSHAKE {
                return Ok(Beginning::Plain(socket));
            }
            let stream = secure.acceptor.accept(socket).await?;
            Ok::<_, std::io::Error>(Beginning::Tls(Box::new(stream)))
        };
        let begun = tokio::select! {
            begun = tokio::time::timeout(HEADERS_PATIENCE, beginning) => begun,
            () = shutdown.cancelled() => return,
        };
        match begun {
            Ok(Ok(Beginning::Plain(socket))) => {
                self.serve(socket, Peer { address: peer, secure: false }).await;
            }
            Ok(Ok(Beginning::Tls(stream))) => {
                self.serve(*stream, Peer { address: peer, secure: true }).await;
            }
            Ok(Err(error)) => tracing::debug!("a connection from {peer} ended: {error}"),
            Err(_) => tracing::debug!("a connection from {peer} said nothing"),
        }
    }

    async fn serve<S>(self, stream: S, peer: Peer)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let Self { parts, dispatch, admin } = self;
        let service = service_fn(move |request| {
            let (dispatch, admin) = (Arc::clone(&dispatch), Arc::clone(&admin));
            async move {
                let answer = if Admin::answers(&request) {
                    admin.serve(request, peer.address).await
                } else {
                    dispatch.serve(request, peer).await
                };
                Ok::<_, std::convert::Infallible>(answer)
            }
        });
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADERS_PATIENCE)
            .max_buf_size(HEADERS_BYTES_MAX.max(256 << 10))
            .half_close(true);
        builder.http2().timer(TokioTimer::new()).max_header_list_size(HEADERS_BYTES_MAX as u32);
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        tokio::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = parts.shutdown_token().cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!("a connection from {} ended: {error}", peer.address);
        }
    }
}

/// How a connection begins.
enum Beginning {
    Plain(TcpStream),
    Tls(Box<tokio_rustls::server::TlsStream<TcpStream>>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_for_what_they_ask_for() {
        assert_eq!(connections_max(None), CONNECTIONS_MAX);
        assert_eq!(connections_max(Some(1_024)), 512);
        assert_eq!(connections_max(Some(1)), 1);
        assert_eq!(connections_max(Some(1 << 20)), CONNECTIONS_MAX);
    }
}
