//! `aquifer serve`.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use anyhow::{Context, Result};
use aquifer_gateway::{
    AccountId, AuthMode, Bounds, Closed, Durability, RootKey, ServeOptions, Server, Tls,
};
use clap::{Args, ValueEnum};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::logs::{self, LogFormat};

/// Options of `aquifer serve`.
#[derive(Args)]
pub struct Serve {
    /// The address to listen on.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    listen: IpAddr,
    /// The port; 0 picks a free one.
    #[arg(long, default_value_t = 4566)]
    port: u16,
    /// Where everything is kept; created if missing.
    #[arg(long, value_name = "DIR", default_value = "aquifer-data", conflicts_with = "ephemeral")]
    data: PathBuf,
    /// Keep so many copies of each object, each in a zone of its own: DIR/objects/az1, az2, …, which
    /// may be other disks. Kept in mind; can be raised, not lowered.
    #[arg(long, value_name = "N", conflicts_with = "ephemeral", value_parser = clap::value_parser!(u8).range(1..=3))]
    copies: Option<u8>,
    /// Keep everything in memory.
    #[arg(long)]
    ephemeral: bool,
    /// off: nothing is examined; verify: signatures of known keys are; enforce: policies decide.
    #[arg(long, value_enum, default_value_t = Auth::Verify)]
    auth: Auth,
    /// Enforce throughput limits too; size and format limits always hold.
    #[arg(long)]
    limits: bool,
    /// A hard limit that is not to be AWS's, such as s3.object-bytes=100000000.
    #[arg(long, value_name = "NAME=N")]
    limit: Vec<Limit>,
    /// Open only these services.
    #[arg(long, value_delimiter = ',', value_name = "NAME")]
    services: Option<Vec<String>>,
    /// strict: acknowledged writes survive power loss; relaxed: the end of the process only.
    #[arg(long, value_enum, default_value_t = Promise::Strict)]
    durability: Promise,
    /// Memory that query engines may use together, in MiB.
    #[arg(long, default_value_t = 2_048, value_name = "MIB")]
    memory: usize,
    /// A price table (TOML) in place of the built-in one.
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
    /// Speak TLS too, on the same port, with a certificate made here and kept with the data.
    #[arg(long)]
    tls: bool,
    /// Speak TLS with this certificate (PEM, with those that sign it).
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// The key of that certificate (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
    /// Seed ids and randomness, for runs that must repeat.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// S3 Select: on, off, or the accounts it is off for.
    #[arg(long, value_delimiter = ',', value_name = "on|off|ACCOUNT", default_value = "on")]
    s3_select: Vec<Select>,
    /// The form of the log on stderr.
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    log: LogFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Auth {
    Off,
    Verify,
    Enforce,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Promise {
    Strict,
    Relaxed,
}

/// Who has S3 Select, which AWS gives to nobody new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Select {
    On,
    Off,
    OffFor(AccountId),
}

impl std::str::FromStr for Select {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "on" => Ok(Self::On),
            "off" => Ok(Self::Off),
            account => match account.parse() {
                Ok(account) => Ok(Self::OffFor(account)),
                Err(_) => Err("neither `on`, `off` nor an account of twelve digits".to_owned()),
            },
        }
    }
}

/// A hard limit by name.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Limit(String, u64);

impl std::str::FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text.split_once('=').and_then(|(name, limit)| {
            Some(Self(name.to_owned(), limit.parse().ok()?)).filter(|_| !name.is_empty())
        });
        parsed.ok_or_else(|| "not a name, `=` and a whole number".to_owned())
    }
}

fn bounds(limits: Vec<Limit>) -> Bounds {
    let mut bounds = Bounds::default();
    limits.into_iter().for_each(|Limit(name, limit)| bounds.set(name, limit));
    bounds
}

/// What is closed to whom.
fn closed(select: &[Select]) -> Closed {
    let mut closed = Closed::default();
    for choice in select {
        let account = match choice {
            Select::On => continue,
            Select::Off => None,
            Select::OffFor(account) => Some(*account),
        };
        closed.close("s3:SelectObjectContent", account);
    }
    closed
}

impl Serve {
    /// Serves until SIGTERM or SIGINT.
    ///
    /// # Errors
    /// When the server cannot start, or cannot save its last writes.
    pub async fn run(self) -> Result<()> {
        logs::start(self.log);
        let options = ServeOptions {
            listen: self.listen,
            port: self.port,
            data: (!self.ephemeral).then_some(self.data),
            copies: self.copies,
            auth: match self.auth {
                Auth::Off => AuthMode::Off,
                Auth::Verify => AuthMode::Verify,
                Auth::Enforce => AuthMode::Enforce,
            },
            limits: self.limits,
            services: self.services,
            durability: match self.durability {
                Promise::Strict => Durability::Strict,
                Promise::Relaxed => Durability::Relaxed,
            },
            memory_bytes: self.memory << 20,
            seed: self.seed,
            prices: self.prices,
            tls: match (self.tls_certificate, self.tls_key) {
                (Some(certificate), Some(key)) => Some(Tls::Files { certificate, key }),
                _ => self.tls.then_some(Tls::SelfMade),
            },
            root_key: root_key(|name| std::env::var(name).ok())?,
            closed: closed(&self.s3_select),
            bounds: bounds(self.limit),
        };
        // Listening to signals before saying ready: whoever reads it may end the server at once.
        let end = End::listen()?;
        let server = Server::start(options).await?;
        println!("ready http://{}", server.address());
        tracing::info!(address = %server.address(), "serving");
        end.wait().await;
        server.shut_down().await.context("the last writes could not be saved")
    }
}

/// The key that the environment brings along, which never stands on a command line where others
/// could read it.
fn root_key(variable: impl Fn(&str) -> Option<String>) -> Result<Option<RootKey>> {
    let id = variable("AQUIFER_ROOT_ACCESS_KEY_ID").filter(|id| !id.is_empty());
    let secret = variable("AQUIFER_ROOT_SECRET_ACCESS_KEY").filter(|secret| !secret.is_empty());
    let account = match variable("AQUIFER_ROOT_ACCOUNT").filter(|account| !account.is_empty()) {
        Some(account) => account.parse().context("AQUIFER_ROOT_ACCOUNT")?,
        None => AccountId::DEFAULT,
    };
    match (id, secret) {
        (Some(id), Some(secret)) => Ok(Some(RootKey { id, secret, account })),
        (None, None) => Ok(None),
        _ => anyhow::bail!(
            "AQUIFER_ROOT_ACCESS_KEY_ID and AQUIFER_ROOT_SECRET_ACCESS_KEY go together"
        ),
    }
}

/// SIGTERM or SIGINT.
pub struct End {
    terminate: Signal,
    interrupt: Signal,
}

impl End {
    /// Listens from now on.
    ///
    /// # Errors
    /// When signals cannot be listened to.
    pub fn listen() -> Result<Self> {
        let terminate = signal(SignalKind::terminate())?;
        Ok(Self { terminate, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits for either.
    pub async fn wait(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
