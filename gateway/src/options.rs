//! How a server is to be started.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use platform::{AuthMode, Bounds, Closed, Durability, RootKey, StoreError};
use thiserror::Error;

use crate::tls::Tls;

/// Options of `aquifer serve`.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// The address to listen on.
    pub listen: IpAddr,
    /// The port; 0 picks a free one.
    pub port: u16,
    /// The data directory; `None` keeps everything in memory.
    pub data: Option<PathBuf>,
    /// Copies of each object that the data directory is to keep; `None` for as many as it does.
    pub copies: Option<u8>,
    pub auth: AuthMode,
    /// Whether throughput limits are enforced. Size and format limits always are.
    pub limits: bool,
    /// The rooms to open; `None` opens all.
    pub services: Option<Vec<String>>,
    pub durability: Durability,
    /// Memory that query engines may use together, in bytes.
    pub memory_bytes: usize,
    /// Seeds ids and randomness, for runs that must repeat.
    pub seed: Option<u64>,
    /// A price table that replaces the built-in one.
    pub prices: Option<PathBuf>,
    /// Whether TLS is spoken too, and with which certificate.
    pub tls: Option<Tls>,
    /// An access key of the root of an account that is there from the start.
    pub root_key: Option<RootKey>,
    /// Operations that accounts no longer have.
    pub closed: Closed,
    /// Hard limits that are not as AWS has them.
    pub bounds: Bounds,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            listen: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 4566,
            data: None,
            copies: None,
            auth: AuthMode::Verify,
            limits: false,
            services: None,
            durability: Durability::Strict,
            memory_bytes: 2 << 30,
            seed: None,
            prices: None,
            tls: None,
            root_key: None,
            closed: Closed::default(),
            bounds: Bounds::default(),
        }
    }
}

/// Why a server did not start.
#[derive(Debug, Error)]
pub enum StartError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("cannot listen on {address}: {source}")]
    Listen { address: String, source: std::io::Error },
    #[error("there is no service named {0}; the services are {1}")]
    UnknownService(String, String),
    #[error("no open service has the limit {0}; the limits are {1}")]
    UnknownLimit(String, String),
    #[error("{0}")]
    Other(String),
}
