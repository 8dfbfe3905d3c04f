//! The tests that cargo runs: engines, codecs, stores, and the SQL logic tests in process.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use anyhow::{Context, Result};

use super::Outcome;
use crate::workspace::Workspace;

/// Crates that are compiled with the query engine. They are tested in release, as the binary is
/// built, so that the engine is compiled once; the engine itself is unbearably slow otherwise.
const WITH_ENGINE: [&str; 7] = [
    "aquifer",
    "aquifer-athena",
    "aquifer-gateway",
    "aquifer-lake",
    "aquifer-sql",
    "aquifer-sql-iceberg",
    "aquifer-sql-trino",
];

/// Runs the tests of all crates: those with the query engine as the binary is built, the others in
/// the development profile. In one run, test-only dependencies of the others would change features
/// that the engine is compiled with, and it would be compiled once more.
pub fn run(workspace: &Workspace, filter: Option<&str>) -> Result<Outcome> {
    let engine = WITH_ENGINE.iter().flat_map(|name| ["--package", name]);
    let others = WITH_ENGINE.iter().flat_map(|name| ["--exclude", name]);
    let first = cargo_test(workspace, ["--release"].into_iter().chain(engine), filter)?;
    let second = cargo_test(workspace, ["--workspace"].into_iter().chain(others), filter)?;
    Ok(first.and(second))
}

/// Runs `cargo test`, shows what it prints, and adds up what its runners counted.
fn cargo_test<'a>(
    workspace: &Workspace,
    options: impl Iterator<Item = &'a str>,
    filter: Option<&str>,
) -> Result<Outcome> {
    let mut child = workspace
        .cargo(["test", "--no-fail-fast", "--quiet"])
        .args(options)
        .args(filter)
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start cargo test")?;
    let stdout = child.stdout.take().context("cargo test has an output")?;
    let mut total = Outcome::default();
    for line in BufReader::new(stdout).lines() {
        let line = line?;
        if let Some(counted) = counted(&line) {
            total.passed += counted.passed;
            total.failed += counted.failed;
            // Most crates have several runners, many of them empty.
            if counted == Outcome::default() {
                continue;
            }
        }
        if !line.is_empty() && line != "running 0 tests" {
            println!("{line}");
        }
    }
    Ok(total.with_exit(child.wait()?.success()))
}

/// Reads `test result: ok. 12 passed; 0 failed; 0 ignored; …`.
fn counted(line: &str) -> Option<Outcome> {
    let rest = line.strip_prefix("test result: ")?;
    let number_before = |word: &str| {
        let (before, _) = rest.split_once(word)?;
        before.split_whitespace().last()?.parse().ok()
    };
    Some(Outcome { passed: number_before(" passed")?, failed: number_before(" failed")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runners_closing_line_is_read() {
        let line =
            "test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured; 1 filtered out";
        assert_eq!(counted(line), Some(Outcome { passed: 12, failed: 3 }));
        assert_eq!(counted("test a::b ... ok"), None);
    }
}
