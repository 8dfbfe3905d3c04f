//! `start`: from a new process to its first answer, and what it weighs when idle.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::Args;
use http::Method;

use crate::connection::{Connection, refusal};
use crate::endpoint::{Body, Key, Outgoing};
use crate::machine;
use crate::process::{self, Server};
use crate::table::{Table, median, mib, number};

/// How long a server is left alone before its memory is read.
const IDLE: Duration = Duration::from_secs(2);

/// Options of `start`.
#[derive(Args)]
pub struct Options {
    /// The binary; by default the one beside this program.
    #[arg(long, value_name = "FILE")]
    bin: Option<PathBuf>,
    /// How often to start it.
    #[arg(long, default_value_t = 20)]
    times: usize,
}

/// One start.
struct Start {
    ready_ms: f64,
    answer_ms: f64,
}

/// Measures and prints.
pub fn run(options: &Options) -> Result<()> {
    let binary = process::binary(options.bin.as_deref())?;
    let size = std::fs::metadata(&binary)?.len();
    println!("{}; {} MiB binary; {} starts each\n", machine::line(), mib(size), options.times);
    let mut table = Table::new(&[
        "start",
        "ready ms",
        "first answer ms",
        "slowest ms",
        "idle MiB",
        "CPU s/idle min",
    ]);
    let folder = process::scratch("start")?;
    let kept = folder.path().join("kept");
    for (name, data) in [
        ("`--ephemeral`", None),
        ("new directory", Some(None)),
        ("directory in use before", Some(Some(&kept))),
    ] {
        let mut starts = Vec::new();
        let arguments = |n: usize| match data {
            None => vec!["--ephemeral".to_owned()],
            Some(kept) => {
                let fresh = folder.path().join(format!("fresh-{n}"));
                let path = kept.cloned().unwrap_or(fresh);
                vec!["--data".to_owned(), path.display().to_string()]
            }
        };
        for n in 0..options.times {
            let (server, start) = start(&binary, &arguments(n))?;
            server.end()?;
            starts.push(start);
        }
        let (server, _) = start(&binary, &arguments(options.times))?;
        let before = server.process().used()?;
        std::thread::sleep(IDLE);
        let (resident, _) = server.process().resident()?;
        let used = server.process().used()?.cpu_seconds - before.cpu_seconds;
        server.end()?;
        let ready: Vec<f64> = starts.iter().map(|start| start.ready_ms).collect();
        let answer: Vec<f64> = starts.iter().map(|start| start.answer_ms).collect();
        table.row(&[
            name.to_owned(),
            number(median(&ready)),
            number(median(&answer)),
            number(answer.iter().copied().fold(0.0, f64::max)),
            mib(resident),
            number(used * 60.0 / IDLE.as_secs_f64()),
        ]);
    }
    println!("{}", table.text());
    Ok(())
}

/// Starts a server and lists its buckets, the first call a client makes.
fn start(binary: &std::path::Path, arguments: &[String]) -> Result<(Server, Start)> {
    let started = Instant::now();
    let server = Server::start(binary, arguments, &Key::default())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let list = Outgoing::s3(Method::GET, "/".to_owned(), String::new(), Body::none());
    let answer = runtime.block_on(Connection::new(&server.endpoint).call(&list))?;
    let answered = started.elapsed();
    if !answer.status.is_success() {
        bail!("the first call was refused: {}", refusal(&answer));
    }
    let ready_ms = server.ready_after.as_secs_f64() * 1e3;
    Ok((server, Start { ready_ms, answer_ms: answered.as_secs_f64() * 1e3 }))
}
