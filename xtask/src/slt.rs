//! `cargo xtask slt`: the SQL logic tests of every dialect that has a runner.
//!
//! A runner is an integration test named `slt` of a `engines/sql-*` crate; it reads `SLT_COMPLETE`
//! (write the answers into the files instead of comparing) and `SLT_FILTER` (a part of a file name).

use anyhow::{Result, bail};

use crate::workspace::Workspace;

/// Runs or completes the SQL logic tests.
pub fn run(workspace: &Workspace, complete: bool, filter: Option<&str>) -> Result<bool> {
    let packages = workspace.packages()?;
    let runners: Vec<_> = packages
        .iter()
        .filter(|package| {
            package.manifest.parent().is_some_and(|folder| folder.join("tests/slt.rs").is_file())
        })
        .collect();
    if runners.is_empty() {
        bail!("no crate has a runner of SQL logic tests (tests/slt.rs)");
    }
    // With the binary among the packages the query engine has the features it was built with, and is
    // not compiled once more.
    let mut cargo = workspace.cargo(["test", "--release", "--test", "slt", "--package", "aquifer"]);
    for package in runners {
        cargo.args(["--package", &package.name]);
    }
    if complete {
        cargo.env("SLT_COMPLETE", "1");
    }
    if let Some(filter) = filter {
        cargo.env("SLT_FILTER", filter);
    }
    Ok(cargo.status()?.success())
}
