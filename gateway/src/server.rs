//! A running platform: opened, listening, closed.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use platform::{
    Backend, Clock, House, Ids, Jobs, Listening, Platform, PlatformParts, RootSecret, Stages,
    Store, StoreOptions,
};
use tokio::net::TcpListener;

use crate::admin::Admin;
use crate::dispatch::Dispatch;
use crate::doors::Doors;
use crate::options::{ServeOptions, StartError};
use crate::reception::{Entrance, Reception};
use crate::services;
use crate::tls::Secure;

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
        let address = SocketAddr::new(options.listen, options.port);
        let listener = TcpListener::bind(address)
            .await
            .map_err(|source| StartError::Listen { address: address.to_string(), source })?;
        let address = listener
            .local_addr()
            .map_err(|source| StartError::Listen { address: address.to_string(), source })?;
        parts.set_ext(Arc::new(Listening(own_url(address))));
        jobs.start();
        let dispatch = Arc::new(Dispatch::new(platform.clone()));
        let certificate = secure.as_ref().map(|secure| secure.certificate.clone());
        let reception = Reception::new(parts.clone(), dispatch, secure);
        let doors = Doors::new(platform.clone(), reception.clone());
        let admin = Admin::new(admin_parts, platform.clone(), jobs, &options, certificate, doors)?;
        let admin = Arc::new(admin);
        let entrance = Entrance::Main(Arc::clone(&admin));
        let until = parts.shutdown_token().clone();
        parts.spawn("listener", reception.accept(listener, entrance, until));
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

/// How a process on this machine reaches an address that is listened to.
fn own_url(address: SocketAddr) -> String {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(ip, address.port()))
}
