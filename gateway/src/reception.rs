//! Connections: accepted, served over whatever they speak, ended.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use platform::{CancellationToken, Place, PlatformParts};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::admin::Admin;
use crate::dispatch::Dispatch;
use crate::peer::Peer;
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
/// What connections are accepted and served with, wherever they come in.
#[derive(Clone)]
pub(crate) struct Reception {
    parts: PlatformParts,
    dispatch: Arc<Dispatch>,
    secure: Option<Secure>,
    /// For all entrances together.
    seats: Arc<Semaphore>,
}

/// Where connections come in.
#[derive(Clone)]
pub(crate) enum Entrance {
    /// From outside of every private network. The platform's own API is answered here.
    Main(Arc<Admin>),
    /// From a place within one.
    Door(Arc<Place>),
}

impl Entrance {
    fn peer(&self, address: SocketAddr, tls: Option<&'static str>) -> Peer {
        let place = match self {
            Self::Main(_) => None,
            Self::Door(place) => Some(Arc::clone(place)),
        };
        Peer { address, tls, place }
    }
}

impl Reception {
    pub fn new(parts: PlatformParts, dispatch: Arc<Dispatch>, secure: Option<Secure>) -> Self {
        let seats = Arc::new(Semaphore::new(connections_max(open_files_max())));
        Self { parts, dispatch, secure, seats }
    }

    pub fn parts(&self) -> &PlatformParts {
        &self.parts
    }

    /// Accepts connections until it is told to end, and lets those that are open end then. Of a
    /// named type, for what is served opens doors that are accepted at.
    pub fn accept(
        self,
        listener: TcpListener,
        entrance: Entrance,
        until: CancellationToken,
    ) -> BoxFuture<'static, ()> {
        Box::pin(async move { self.accepting(&listener, &entrance, &until).await })
    }

    async fn accepting(
        &self,
        listener: &TcpListener,
        entrance: &Entrance,
        until: &CancellationToken,
    ) {
        let mut complained = None;
        loop {
            let accepted = async {
                let seat = Arc::clone(&self.seats).acquire_owned().await;
                listener.accept().await.map(|accepted| (accepted, seat))
            };
            let accepted = tokio::select! {
                accepted = accepted => accepted,
                () = until.cancelled() => return,
            };
            match accepted {
                Ok(((socket, address), seat)) => {
                    let serving = Serving {
                        dispatch: Arc::clone(&self.dispatch),
                        entrance: entrance.clone(),
                        until: until.clone(),
                    };
                    let secure = self.secure.clone();
                    self.parts.spawn("connection", async move {
                        let _seat = seat;
                        serving.arrive(socket, address, secure).await;
                    });
                }
                Err(error) => {
                    let now = self.parts.clock().real_now();
                    if complained.is_none_or(|last| now.since(last) >= ACCEPT_COMPLAINT) {
                        tracing::warn!("cannot accept connections: {error}");
                        complained = Some(now);
                    }
                    self.parts.clock().sleep(ACCEPT_PAUSE).await;
                }
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
    dispatch: Arc<Dispatch>,
    entrance: Entrance,
    until: CancellationToken,
}

impl Serving {
    /// Serves a connection, over TLS if it begins as TLS does.
    async fn arrive(self, socket: TcpStream, address: SocketAddr, secure: Option<Secure>) {
        // Small answers go out at once; a client that waits for them has nothing to add.
        if let Err(error) = socket.set_nodelay(true) {
            tracing::debug!("cannot disable Nagle's algorithm: {error}");
        }
        let Some(secure) = secure else {
            return self.serve(socket, address, None).await;
        };
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
            () = self.until.cancelled() => return,
        };
        match begun {
            Ok(Ok(Beginning::Plain(socket))) => self.serve(socket, address, None).await,
            Ok(Ok(Beginning::Tls(stream))) => {
                let version = tls::version(&stream);
                self.serve(*stream, address, Some(version)).await;
            }
            Ok(Err(error)) => tracing::debug!("a connection from {address} ended: {error}"),
            Err(_) => tracing::debug!("a connection from {address} said nothing"),
        }
    }

    async fn serve<S>(self, stream: S, address: SocketAddr, tls: Option<&'static str>)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let Self { dispatch, entrance, until } = self;
        let peer = Arc::new(entrance.peer(address, tls));
        let admin = match entrance {
            Entrance::Main(admin) => Some(admin),
            Entrance::Door(_) => None,
        };
        let service = service_fn(move |request| {
            let (dispatch, admin) = (Arc::clone(&dispatch), admin.clone());
            let peer = Arc::clone(&peer);
            async move {
                match admin.filter(|_| Admin::answers(&request)) {
                    Some(admin) => Ok(admin.serve(request, peer.address).await),
                    None => dispatch.serve(request, &peer).await,
                }
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
            () = until.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!("a connection from {address} ended: {error}");
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
