//! `s3`: PUT and GET of three sizes, a large object in parts and LIST of a page, one endpoint alone or two in alternation.

mod cells;
mod multipart;
mod report;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::Args;
use http::Method;

use crate::connection::{Connection, refusal};
use crate::endpoint::{Body, Endpoint, Key, Outgoing};
use crate::load::{self, Outcome, Pressure, Until};
use crate::machine;
use crate::process::{self, Process, Server, Used};
use crate::table::grouped;
use cells::{Cell, Layout};
use report::{Pair, Report};

/// The bucket everything but the listed keys goes to.
const BUCKET: &str = "bench";

/// The large object: its parts are of 8 MiB.
const MULTIPART: &str = "MULTIPART 1 GiB";
const PART_BYTES: usize = 8 << 20;

/// Options of `s3`.
#[derive(Args)]
pub struct Options {
    /// The endpoint to measure.
    #[arg(long, value_name = "URL", conflicts_with = "spawn", required_unless_present = "spawn")]
    endpoint: Option<String>,
    /// Start this binary and measure it; without a value the one beside this program.
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    spawn: Option<Option<PathBuf>>,
    /// Further arguments of `aquifer serve` for a started server, for example `--durability=relaxed`.
    #[arg(long = "serve", value_name = "ARGUMENT", allow_hyphen_values = true)]
    serve: Vec<String>,
    /// Process id of the server at --endpoint, to count its processor time.
    #[arg(long, conflicts_with = "spawn")]
    pid: Option<u32>,
    /// A second endpoint: each cell runs against both in turn and ratios are of pairs.
    #[arg(long, value_name = "URL")]
    vs: Option<String>,
    /// Process id of the second server.
    #[arg(long, requires = "vs")]
    vs_pid: Option<u32>,
    /// The key, `id:secret`, that a started server knows; for --endpoint and --vs one that they
    /// know. Aquifer does not verify signatures of a key that nobody issued.
    #[arg(long, value_name = "ID:SECRET")]
    key: Option<Key>,
    /// Connections, each with one request at a time.
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Threads of the load.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// Seconds of each measurement; another tenth of them goes before to warm up.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Measurements of each cell; the one of median throughput is printed.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Keys in the large bucket whose pages are listed; 0 leaves the large bucket out.
    #[arg(long, default_value_t = 1_000_000)]
    keys: u64,
    /// Leave bodies out of signatures, as SDKs do over TLS.
    #[arg(long)]
    unsigned: bool,
    /// Only cells with this in their name.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
}

/// A server under load.
struct Side {
    endpoint: Endpoint,
    process: Option<Process>,
}

/// Measures and prints.
pub fn run(options: &Options) -> Result<()> {
    if options.rounds == 0
        || options.connections == 0
        || options.seconds.is_nan()
        || options.seconds <= 0.0
    {
        bail!("rounds, connections and seconds are at least one");
    }
    let key = options.key.clone().unwrap_or_default();
    let folder = process::scratch("s3")?;
    let spawned = match &options.spawn {
        None => None,
        Some(binary) => {
            let binary = process::binary(binary.as_deref())?;
            let data = folder.path().join("data").display().to_string();
            let mut arguments = options.serve.clone();
            if !arguments.iter().any(|argument| argument == "--ephemeral") {
                arguments.extend(["--data".to_owned(), data]);
            }
            Some(Server::start(&binary, &arguments, &key)?)
        }
    };
    let sides = sides(options, spawned.as_ref(), &key)?;
    println!("{}", machine::line());
    println!(
        "{} connections, {} s × {} rounds, bodies {}{}\n",
        options.connections,
        options.seconds,
        options.rounds,
        if options.unsigned { "unsigned" } else { "signed" },
        if options.serve.is_empty() {
            String::new()
        } else {
            format!(", `{}`", options.serve.join(" "))
        }
    );
    let layout = Layout { keys: options.keys, unsigned: options.unsigned };
    let mut report = Report::new(sides.len() == 2);
    let only = |name: &str| options.only.as_ref().is_none_or(|only| name.contains(only.as_str()));
    let chosen: Vec<Cell> =
        cells::all(layout).into_iter().filter(|cell| only(&cell.name)).collect();
    for side in &sides {
        prepare(side, &chosen, options)?;
    }
    for cell in &chosen {
        let pairs = measure(&sides, cell, options)?;
        report.cell(&cell.name, cell.workload.content_bytes, &pairs);
        eprintln!("{}", report.last());
    }
    if only(MULTIPART) {
        let part = cells::body(PART_BYTES, options.unsigned);
        let upload = |at: usize, _| multipart::run(&sides[at].endpoint, &part, options.connections);
        let pairs = alternate(&sides, options, upload)?;
        let content = (multipart::PARTS * PART_BYTES) as u64;
        report.cell(MULTIPART, content, &pairs);
        eprintln!("{}", report.last());
    }
    println!("{}", report.text());
    for (side, name) in sides.iter().zip(["first", "second"]) {
        if let Some(process) = side.process {
            let (now, most) = process.resident()?;
            let mib = |bytes: u64| grouped(i64::try_from(bytes >> 20).unwrap_or(i64::MAX));
            println!("{name} server: {} MiB resident at the end, {} at most", mib(now), mib(most));
        }
    }
    println!("load average at the end {}", machine::load_average());
    spawned.map_or(Ok(()), Server::end)
}

fn sides(options: &Options, spawned: Option<&Server>, key: &Key) -> Result<Vec<Side>> {
    let first = match (spawned, &options.endpoint) {
        (Some(server), _) => {
            Side { endpoint: server.endpoint.clone(), process: Some(server.process()) }
        }
        (None, Some(url)) => Side {
            endpoint: Endpoint::parse(url, key)?,
            process: options.pid.map(|id| Process { id }),
        },
        (None, None) => bail!("neither --endpoint nor --spawn"),
    };
    let mut sides = vec![first];
    if let Some(url) = &options.vs {
        let process = options.vs_pid.map(|id| Process { id });
        sides.push(Side { endpoint: Endpoint::parse(url, key)?, process });
    }
    Ok(sides)
}

/// Makes the buckets and writes what the chosen cells read.
fn prepare(side: &Side, chosen: &[Cell], options: &Options) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut buckets = vec![BUCKET.to_owned()];
    let sources: Vec<_> = chosen.iter().filter_map(|cell| cell.source.as_ref()).collect();
    buckets.extend(sources.iter().map(|source| source.bucket.clone()));
    buckets.sort();
    buckets.dedup();
    for bucket in buckets {
        let make = Outgoing::s3(Method::PUT, format!("/{bucket}"), String::new(), Body::none());
        let answer = runtime.block_on(Connection::new(&side.endpoint).call(&make))?;
        // A bucket left by an earlier run will do: the same objects are written over.
        if !answer.status.is_success() && answer.status.as_u16() != 409 {
            bail!("bucket {bucket} was refused: {}", refusal(&answer));
        }
    }
    let mut written: Vec<&str> = Vec::new();
    for source in sources {
        if written.contains(&source.name.as_str()) {
            continue;
        }
        let pressure = Pressure { connections: 64, threads: options.threads };
        let counter = Arc::new(AtomicU64::new(0));
        let until = Until::Count(source.count);
        let before = used(side)?;
        let outcome = load::run(&side.endpoint, &source.workload, pressure, until, &counter)?;
        let spent = used(side)?.map(|after| since(before.unwrap_or_default(), after));
        if let Some(error) = &outcome.first_error {
            bail!("{} could not be written: {error}", source.name);
        }
        eprintln!(
            "wrote {} to {}: {:.1} s, {} a second{}",
            source.name,
            side.endpoint.authority,
            outcome.elapsed.as_secs_f64(),
            grouped(outcome.per_second() as i64),
            spent.map_or(String::new(), |used| format!(
                ", {:.1} CPU s, {} MiB to storage",
                used.cpu_seconds,
                used.written_bytes >> 20
            ))
        );
        written.push(&source.name);
    }
    Ok(())
}

/// All rounds of one cell: in each the sides take turns, and who begins changes.
fn measure(sides: &[Side], cell: &Cell, options: &Options) -> Result<Vec<Pair>> {
    let pressure = Pressure { connections: options.connections, threads: options.threads };
    let seconds = Duration::from_secs_f64(options.seconds);
    let counters: Vec<_> = sides.iter().map(|_| Arc::new(AtomicU64::new(0))).collect();
    let press = |at: usize, warm_up: bool| {
        let until = Until::Elapsed(if warm_up { seconds / 10 } else { seconds });
        let endpoint: &Endpoint = &sides[at].endpoint;
        let outcome = load::run(endpoint, &cell.workload, pressure, until, &counters[at])?;
        if let Some(error) = outcome.first_error.as_ref().filter(|_| !warm_up) {
            eprintln!("{} at {}: {error}", cell.name, endpoint.authority);
        }
        Ok(outcome)
    };
    alternate(sides, options, press)
}

/// All rounds of something, which is told which side it presses and whether only to warm up.
fn alternate(
    sides: &[Side],
    options: &Options,
    press: impl Fn(usize, bool) -> Result<Outcome>,
) -> Result<Vec<Pair>> {
    let mut rounds = Vec::new();
    for round in 0..options.rounds {
        let mut pair: Pair = sides.iter().map(|_| (Outcome::default(), None)).collect();
        let mut order: Vec<usize> = (0..sides.len()).collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for at in order {
            let side = &sides[at];
            press(at, true)?;
            let before = used(side)?;
            let outcome = press(at, false)?;
            let after = used(side)?;
            pair[at] = (outcome, before.zip(after).map(|(before, after)| since(before, after)));
        }
        rounds.push(pair);
    }
    Ok(rounds)
}

fn used(side: &Side) -> Result<Option<Used>> {
    side.process.map(Process::used).transpose()
}

fn since(before: Used, after: Used) -> Used {
    Used {
        cpu_seconds: after.cpu_seconds - before.cpu_seconds,
        written_bytes: after.written_bytes.saturating_sub(before.written_bytes),
    }
}
