//! `aquifer demo`: starts a platform with a data directory of its own and lets the demo loose on it.

use std::path::PathBuf;

use anyhow::{Context, Result};
use aquifer_gateway::{ServeOptions, Server};
use clap::Args;

use crate::logs::{self, LogFormat};
use crate::{demo, serve};

/// Options of `aquifer demo`.
#[derive(Args)]
pub struct Demo {
    /// End when the story is told, instead of leaving the platform running.
    #[arg(long)]
    exit: bool,
    /// Where the platform keeps its data.
    #[arg(long, value_name = "DIR", default_value = "aquifer-demo")]
    dir: PathBuf,
    /// The port; 0 picks a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Where the report goes.
    #[arg(long, value_name = "FILE", default_value = "report.html")]
    report: PathBuf,
}

impl Demo {
    /// Runs the demo.
    ///
    /// # Errors
    /// When the platform cannot start, or any step of the story fails.
    pub async fn run(self) -> Result<()> {
        logs::start(LogFormat::Text);
        let options =
            ServeOptions { port: self.port, data: Some(self.dir), ..ServeOptions::default() };
        let end = serve::End::listen()?;
        let server = Server::start(options).await?;
        let endpoint = format!("http://{}", server.address()).parse()?;
        let told = demo::run(&endpoint, &self.report).await;
        if told.is_ok() && !self.exit {
            end.wait().await;
        }
        let ended = server.shut_down().await.context("the last writes could not be saved");
        told.and(ended)
    }
}
