//! `sql`: the questions of the flights example, or of TPC-H, asked through Athena's API and of DuckDB
//! in turn.
//!
//! The data get there as a user's would: the example's own script uploads, crawls and writes Parquet
//! by `CREATE TABLE … AS`. DuckDB then reads those very Parquet files, fetched from the server's S3,
//! from the local disk. Both must give the same answer before any time counts.

mod athena;
mod duck;
mod flights;
mod tpch;

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde_json::Value;

use crate::endpoint::{Endpoint, Key};
use crate::machine;
use crate::process::{self, Process, Server};
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
    /// Process id of the server at --endpoint, to count its processor time.
    #[arg(long, conflicts_with = "spawn")]
    pid: Option<u32>,
    /// Further arguments of `aquifer serve` for a started server.
    #[arg(long = "serve", value_name = "ARGUMENT", allow_hyphen_values = true)]
    serve: Vec<String>,
    /// The endpoint has the tables of the flights example already.
    #[arg(long)]
    loaded: bool,
    /// Ask the questions of TPC-H at this scale (1: a GB of text) instead of the example's.
    #[arg(long, value_name = "SCALE", conflicts_with = "loaded")]
    tpch: Option<f64>,
    /// How often each question is asked of each, after two rounds to warm up.
    #[arg(long, default_value_t = 15)]
    times: usize,
    /// Threads of DuckDB; by default as many as the machine has processors, as Aquifer takes.
    #[arg(long)]
    threads: Option<usize>,
}

/// Rounds that are not counted.
const WARM_UP: usize = 2;
/// Rows of the first page of results, which has a header, too.
const ROWS_READ: usize = 999;

/// A question, and what was measured of it, in milliseconds.
struct Asked {
    name: String,
    api: Vec<f64>,
    engine: Vec<f64>,
    duck: Vec<f64>,
    scanned: u64,
    /// Of all counted rounds together: the server's (if its process is known) and DuckDB's.
    cpu: (Option<f64>, f64),
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
            Some(Server::start(&binary, &arguments, &Key::default())?)
        }
    };
    let endpoint = match (&spawned, &options.endpoint) {
        (Some(server), _) => server.endpoint.clone(),
        (None, Some(url)) => Endpoint::parse(url, &Key::default())?,
        (None, None) => bail!("neither --endpoint nor --spawn"),
    };
    let python = duck::environment()?;
    let files = folder.path().join("parquet");
    let (questions, bytes, mut athena);
    if let Some(scale) = options.tpch {
        bytes = tpch::generate(&python, scale, &files)?;
        athena = Athena::connect(&endpoint, tpch::DATABASE, tpch::BUCKET)?;
        tpch::load(&endpoint, &mut athena, &files)?;
        questions = tpch::questions();
    } else {
        let example = flights::example()?;
        if !options.loaded {
            flights::load(&python, &example, &endpoint)?;
        }
        bytes = flights::fetch(&endpoint, &files)?;
        athena = Athena::connect(&endpoint, flights::DATABASE, flights::BUCKET)?;
        questions = flights::questions(&example)?;
    }
    let mut duck = Duck::start(&python, &files, threads)?;
    println!("{}", machine::line());
    println!(
        "{}; {threads} threads each; {} MB of Parquet; {} rounds\n",
        duck.version(),
        number(bytes as f64 / 1e6),
        options.times
    );

    let server = spawned.as_ref().map(Server::process).or(options.pid.map(|id| Process { id }));
    let mut asked = Vec::new();
    for question in questions {
        let mut both = Both { athena: &mut athena, duck: &mut duck, server };
        asked.push(both.ask(question, options.times)?);
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
        let (_, theirs) = duck.process().resident()?;
        println!(
            "Server: {} MiB resident at the end, {} at most; DuckDB {} at most.",
            now >> 20,
            most >> 20,
            theirs >> 20
        );
    }
    println!("Load average at the end {}.", machine::load_average());
    spawned.map_or(Ok(()), Server::end)
}

/// The two that are asked.
struct Both<'a> {
    athena: &'a mut Athena,
    duck: &'a mut Duck,
    server: Option<Process>,
}

impl Both<'_> {
    fn ask(&mut self, question: flights::Question, times: usize) -> Result<Asked> {
        let flights::Question { name, sql, duck_sql } = question;
        for round in 0..WARM_UP {
            let (ran, answered) = (self.athena.query(&sql)?, self.duck.query(&duck_sql)?);
            if round == 0 {
                same(&ran, &answered.rows).with_context(|| format!("in question {name}"))?;
            }
        }
        let mut asked = Asked {
            name,
            api: vec![],
            engine: vec![],
            duck: vec![],
            scanned: 0,
            cpu: (self.server.map(|_| 0.0), 0.0),
        };
        for round in 0..times {
            // Who goes first changes, so that neither always finds the machine as the other left it.
            for ours in [round % 2 == 0, round % 2 == 1] {
                if ours {
                    let before = self.server_cpu()?;
                    let ran = self.athena.query(&sql)?;
                    let spent =
                        self.server_cpu()?.zip(before).map(|(after, before)| after - before);
                    asked.cpu.0 = asked.cpu.0.zip(spent).map(|(all, spent)| all + spent);
                    asked.api.push(ran.api_ms);
                    asked.engine.push(ran.engine_ms);
                    asked.scanned = ran.scanned_bytes;
                } else {
                    let before = self.duck.process().used()?.cpu_seconds;
                    asked.duck.push(self.duck.query(&duck_sql)?.ms);
                    asked.cpu.1 += self.duck.process().used()?.cpu_seconds - before;
                }
            }
        }
        let (ours, theirs) = (median(&asked.api), median(&asked.duck));
        eprintln!("{}: {ours:.1} ms, DuckDB {theirs:.1} ms", asked.name);
        Ok(asked)
    }

    fn server_cpu(&self) -> Result<Option<f64>> {
        self.server.map(|process| Ok(process.used()?.cpu_seconds)).transpose()
    }
}

fn print(asked: &[Asked]) {
    let mut table = Table::new(&[
        "question",
        "through the API ms",
        "engine ms",
        "DuckDB ms",
        "API / DuckDB",
        "engine / DuckDB",
        "CPU ms",
        "DuckDB CPU ms",
        "CPU / DuckDB",
        "scanned MB",
    ]);
    let (mut by_api, mut by_engine, mut by_cpu) = (Vec::new(), Vec::new(), Vec::new());
    for one in asked {
        let pairs = |ours: &[f64]| {
            let ratios: Vec<f64> = ours.iter().zip(&one.duck).map(|(a, b)| a / b).collect();
            median(&ratios)
        };
        let (api, engine) = (pairs(&one.api), pairs(&one.engine));
        let (ours, theirs) = (one.cpu.0.unwrap_or(f64::NAN), one.cpu.1);
        by_api.push(api);
        by_engine.push(engine);
        by_cpu.push(ours / theirs);
        let each = |seconds: f64| number(seconds * 1e3 / one.api.len() as f64);
        table.row(&[
            one.name.clone(),
            number(median(&one.api)),
            number(median(&one.engine)),
            number(median(&one.duck)),
            number(api),
            number(engine),
            each(ours),
            each(theirs),
            number(ours / theirs),
            number(one.scanned as f64 / 1e6),
        ]);
    }
    let mut mean = vec!["–".to_owned(); 10];
    "geometric mean".clone_into(&mut mean[0]);
    mean[4] = number(geometric_mean(&by_api));
    mean[5] = number(geometric_mean(&by_engine));
    mean[8] = number(geometric_mean(&by_cpu));
    table.row(&mean);
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
    // Of many rows the first page was read.
    if ran.rows.len() != theirs.len().min(ROWS_READ) {
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
            pair.is_some_and(|(ours, theirs)| (ours - theirs).abs() <= 0.1 + theirs.abs() * 1e-9)
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
