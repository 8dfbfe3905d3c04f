//! The tests that real clients run against the release binary.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use super::Outcome;
use super::rows::Rows;
use crate::python::Venv;
use crate::workspace::Workspace;

/// pytest's exit code for "nothing was collected", which a filter may cause.
const NOTHING_COLLECTED: i32 = 5;

/// Runs one folder of `tests/`, and notes which behaviour rows its tests have shown.
pub fn run(
    workspace: &Workspace,
    folder: &str,
    filter: Option<&str>,
    rows: &mut Rows,
) -> Result<Outcome> {
    let venv = Venv::ready(workspace)?;
    let report = workspace.target.join(format!("{folder}-report.json"));
    // What an earlier run left must not be counted again.
    match fs::remove_file(&report) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let mut pytest = Command::new(venv.python());
    pytest
        .args(["-m", "pytest", "--quiet"])
        .arg(workspace.root.join("tests").join(folder))
        .current_dir(&workspace.root)
        .env("AQUIFER_BIN", workspace.target.join("release/aquifer"))
        .env("AQUIFER_REPORT", &report)
        .env("PYTHONDONTWRITEBYTECODE", "1");
    if folder == "clients" {
        pytest.args(["--numprocesses", &workers().to_string()]);
    }
    if let Some(filter) = filter {
        pytest.args(["-k", filter]);
    }
    let status = pytest.status().context("cannot start pytest")?;
    if status.code() == Some(NOTHING_COLLECTED) && filter.is_some() {
        return Ok(Outcome::default());
    }
    let report = fs::read(&report)
        .context("pytest ended without its report; its message is above")
        .and_then(|bytes| Ok(serde_json::from_slice::<Value>(&bytes)?))?;
    rows.add(&report["rows"]);
    let count = |key: &str| report[key].as_u64().unwrap_or(0) as usize;
    Ok(Outcome { passed: count("passed"), failed: count("failed") }.with_exit(status.success()))
}

/// Each worker starts a server of its own; more than a few only wait for one another.
fn workers() -> usize {
    std::thread::available_parallelism().map_or(2, |n| n.get().clamp(2, 6))
}
