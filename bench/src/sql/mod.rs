//! `sql`: the questions of the flights example, asked through Athena's API and of DuckDB in turn.
//!
//! The data get there as a user's would: the example's own script uploads, crawls and writes Parquet
//! by `CREATE TABLE … AS`. DuckDB then reads those very Parquet files, fetched from the server's S3,
//! from the local disk. Both must give the same answer before any time counts.

mod athena;
mod duck;
mod flights;

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde_json::Value;

use crate::endpoint::Endpoint;
use crate::machine;
use crate::process::{self, Server};
use crate::table::{Table, geometric_mean, median, number};
use athena::{Athena, Ran};
use duck::Duck;

/// Options of `sql`.
#[derive(Args)]
pub struct Options {
    /// The endpoint to measure.
    #[arg(long, value_name = "URL", conflicts_with = "spawn", required_unless_present = "spawn")]
    endpoint: Option<String>,
    /// Start this binary and measure it; without a value the one beside this program.
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    spawn: Option<Option<PathBuf>>,
    /// Further arguments of `aquifer serve` for a started server.
    #[arg(long = "serve", value_name = "ARGUMENT", allow_hyphen_values = true)]
    serve: Vec<String>,
    /// The endpoint has the tables of the flights example already.
    #[arg(long)]
    loaded: bool,
    /// How often each question is asked of each, after two rounds to warm up.
    #[arg(long, default_value_t = 15)]
    times: usize,
    /// Threads of DuckDB; by default as many as the machine has processors, as Aquifer takes.
    #[arg(long)]
    threads: Option<usize>,
}

/// Rounds that are not counted.
const WARM_UP: usize = 2;

/// A question, and what was measured of it, in milliseconds.
struct Asked {
    name: String,
    api: Vec<f64>,
    engine: Vec<f64>,
    duck: Vec<f64>,
    scanned: u64,
}

/// Measures and prints.
pub fn run(options: &Options) -> Result<()> {
    let threads = options
        .threads
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(2, usize::from));
    let folder = process::scratch("sql")?;
    let spawned = match &options.spawn {
        None => None,
        Some(binary) => {
            let binary = process::binary(binary.as_deref())?;
            let data = folder.path().join("data").display().to_string();
            let mut arguments = vec!["--data".to_owned(), data];
            arguments.extend(options.serve.iter().cloned());
            Some(Server::start(&binary, &arguments)?)
        }
    };
    let endpoint = match (&spawned, &options.endpoint) {
        (Some(server), _) => server.endpoint.clone(),
        (None, Some(url)) => Endpoint::parse(url)?,
        (None, None) => bail!("neither --endpoint nor --spawn"),
    };
    let python = duck::environment()?;
    let example = flights::example()?;
    if !options.loaded {
        flights::load(&python, &example, &endpoint)?;
    }
    let files = folder.path().join("parquet");
    let bytes = flights::fetch(&endpoint, &files)?;
    let mut duck = Duck::start(&python, &files, threads)?;
    let mut athena = Athena::connect(&endpoint)?;
    println!("{}", machine::line());
    println!(
        "{}; {threads} threads each; {} MB of Parquet; {} rounds\n",
        duck.version(),
        number(bytes as f64 / 1e6),
        options.times
    );

    let mut asked = Vec::new();
    for question in flights::questions(&example)? {
        asked.push(ask(&mut athena, &mut duck, question, options.times)?);
    }
    print(&asked);
    let overhead = overhead(&mut athena, options.times)?;
    println!(
        "`SELECT 1` through the API: {} ms from start to rows, {} ms of them in the engine.",
        number(overhead.0),
        number(overhead.1)
    );
    if let Some(server) = &spawned {
        let (now, most) = server.process().resident()?;
        println!("Server: {} MiB resident at the end, {} at most.", now >> 20, most >> 20);
    }
    println!("Load average at the end {}.", machine::load_average());
    spawned.map_or(Ok(()), Server::end)
}

fn ask(
    athena: &mut Athena,
    duck: &mut Duck,
    question: flights::Question,
    times: usize,
) -> Result<Asked> {
    let flights::Question { name, sql, duck_sql } = question;
    let mut asked = Asked { name, api: vec![], engine: vec![], duck: vec![], scanned: 0 };
    for round in 0..WARM_UP + times {
        // Who goes first changes, so that neither always finds the machine as the other left it.
        let (ran, answered) = if round % 2 == 0 {
            let ran = athena.query(&sql)?;
            (ran, duck.query(&duck_sql)?)
        } else {
            let answered = duck.query(&duck_sql)?;
            (athena.query(&sql)?, answered)
        };
        if round == 0 {
            same(&ran, &answered.rows).with_context(|| format!("in question {}", asked.name))?;
        }
        if round < WARM_UP {
            continue;
        }
        asked.api.push(ran.api_ms);
        asked.engine.push(ran.engine_ms);
        asked.duck.push(answered.ms);
        asked.scanned = ran.scanned_bytes;
    }
    eprintln!("{}: {:.1} ms, DuckDB {:.1} ms", asked.name, median(&asked.api), median(&asked.duck));
    Ok(asked)
}

fn print(asked: &[Asked]) {
    let mut table = Table::new(&[
        "question",
        "through the API ms",
        "engine ms",
        "DuckDB ms",
        "API / DuckDB",
        "engine / DuckDB",
        "scanned MB",
    ]);
    let (mut by_api, mut by_engine) = (Vec::new(), Vec::new());
    for one in asked {
        let pairs = |ours: &[f64]| {
            let ratios: Vec<f64> = ours.iter().zip(&one.duck).map(|(a, b)| a / b).collect();
            median(&ratios)
        };
        let (api, engine) = (pairs(&one.api), pairs(&one.engine));
        by_api.push(api);
        by_engine.push(engine);
        table.row(&[
            one.name.clone(),
            number(median(&one.api)),
            number(median(&one.engine)),
            number(median(&one.duck)),
            number(api),
            number(engine),
            number(one.scanned as f64 / 1e6),
        ]);
    }
    let dash = || String::from("–");
    table.row(&[
        "geometric mean".to_owned(),
        dash(),
        dash(),
        dash(),
        number(geometric_mean(&by_api)),
        number(geometric_mean(&by_engine)),
        dash(),
    ]);
    println!("{}", table.text());
}

fn overhead(athena: &mut Athena, times: usize) -> Result<(f64, f64)> {
    let mut ran = Vec::new();
    for _ in 0..WARM_UP + times {
        ran.push(athena.query("SELECT 1")?);
    }
    let counted = &ran[WARM_UP..];
    let api: Vec<f64> = counted.iter().map(|ran| ran.api_ms).collect();
    let engine: Vec<f64> = counted.iter().map(|ran| ran.engine_ms).collect();
    Ok((median(&api), median(&engine)))
}

/// Both answers, cell by cell: texts equal, numbers equal up to the last printed digit.
fn same(ran: &Ran, theirs: &[Vec<Value>]) -> Result<()> {
    if ran.rows.len() != theirs.len() {
        bail!("{} rows here and {} in DuckDB", ran.rows.len(), theirs.len());
    }
    for (at, (ours, theirs)) in ran.rows.iter().zip(theirs).enumerate() {
        let equal = ours.len() == theirs.len()
            && ours.iter().zip(theirs).all(|(ours, theirs)| same_cell(ours.as_deref(), theirs));
        if !equal {
            bail!("row {at} is {ours:?} here and {theirs:?} in DuckDB");
        }
    }
    Ok(())
}

fn same_cell(ours: Option<&str>, theirs: &Value) -> bool {
    match (ours, theirs) {
        (None, theirs) => theirs.is_null(),
        (Some(ours), Value::String(theirs)) => ours == theirs,
        (Some(ours), theirs) => {
            let pair = ours.parse::<f64>().ok().zip(theirs.as_f64());
            // Both round halves of a binary sum, and may see it fall on either side.
            pair.is_some_and(|(ours, theirs)| (ours - theirs).abs() <= 0.1 + 1e-9)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_compared_by_kind() {
        assert!(same_cell(None, &Value::Null));
        assert!(!same_cell(Some("0"), &Value::Null));
        assert!(same_cell(Some("EWR → BNA"), &"EWR → BNA".into()));
        assert!(same_cell(Some("12.5"), &12.5.into()));
        assert!(same_cell(Some("12.6"), &12.5.into()));
        assert!(!same_cell(Some("12.7"), &12.5.into()));
        assert!(!same_cell(Some("x"), &1.into()));
    }
}
