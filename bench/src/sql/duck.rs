//! DuckDB as a child process that answers queries line by line.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::process::{self, Process};

/// What the flights script, DuckDB and TPC-H need. DuckDB and boto3 as the client tests pin them.
const PACKAGES: [&str; 4] =
    ["boto3==1.43.11", "duckdb==2.0.0", "tpchgen-cli==4.0.0", "zstandard==0.25.0"];

/// A DuckDB with the tables open.
pub struct Duck {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    version: String,
}

/// An answer of DuckDB.
pub struct Answered {
    /// From handing over the text to having all rows, inside the child, in milliseconds.
    pub ms: f64,
    /// The rows.
    pub rows: Vec<Vec<Value>>,
}

/// The interpreter of an environment with the packages, made on first use in the build directory.
pub fn environment() -> Result<PathBuf> {
    let folder = process::target_folder()?.join("bench-venv");
    let python = folder.join("bin/python");
    let stamp = folder.join("installed");
    let wanted = PACKAGES.join("\n");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    eprintln!("installing {}", PACKAGES.join(", "));
    must(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    must(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PACKAGES))?;
    // Written last, so that an interrupted installation is not taken for a finished one.
    fs::write(stamp, wanted)?;
    Ok(python)
}

/// Runs a command that must succeed.
pub fn must(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {command:?}"))?;
    if !status.success() {
        bail!("{command:?} ended with {status}");
    }
    Ok(())
}

impl Duck {
    /// Opens every table in `folder`, one folder each.
    pub fn start(python: &Path, folder: &Path, threads: usize) -> Result<Duck> {
        let mut child = Command::new(python)
            .args(["-c", include_str!("duck.py")])
            .arg(folder)
            .arg(threads.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start DuckDB")?;
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().context("DuckDB has no output")?);
        let mut duck = Duck { child, input, output, version: String::new() };
        let hello = duck.line()?;
        duck.version = hello["version"].as_str().unwrap_or("DuckDB").to_owned();
        Ok(duck)
    }

    /// Its name and version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The child.
    pub fn process(&self) -> Process {
        Process { id: self.child.id() }
    }

    /// Runs a query.
    pub fn query(&mut self, sql: &str) -> Result<Answered> {
        let input = self.input.as_mut().context("DuckDB has no input")?;
        writeln!(input, "{}", Value::from(sql))?;
        input.flush()?;
        let answer = self.line()?;
        let ms = answer["ms"].as_f64().context("DuckDB told no time")?;
        let cells = |row: &Value| row.as_array().cloned().unwrap_or_default();
        let rows = answer["rows"].as_array().context("DuckDB told no rows")?;
        Ok(Answered { ms, rows: rows.iter().map(cells).collect() })
    }

    fn line(&mut self) -> Result<Value> {
        let mut line = String::new();
        if self.output.read_line(&mut line)? == 0 {
            bail!("DuckDB ended; what it said is above");
        }
        Ok(serde_json::from_str(&line)?)
    }
}

impl Drop for Duck {
    fn drop(&mut self) {
        // The end of its input is the end of the child.
        self.input = None;
        if let Err(error) = self.child.wait() {
            eprintln!("warning: DuckDB did not end: {error}");
        }
    }
}
