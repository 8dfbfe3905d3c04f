//! Logs: structured, on stderr.

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

/// How a line of the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

/// Starts logging; `AQUIFER_LOG` chooses what (`info`, `aquifer=debug`, …).
pub fn start(format: LogFormat) {
    let filter = EnvFilter::try_from_env("AQUIFER_LOG")
        .unwrap_or_else(|_| EnvFilter::new("warn,aquifer=info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().init(),
    }
}
