//! `cargo xtask test`: every check and test of the code base, in one command, with one summary.
//!
//! Everything but clippy is compiled in release, so that each dependency is compiled once. A stage
//! that fails does not hide the ones after it, unless they need what it was to build.

mod clients;
mod rows;
mod units;

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::python::Venv;
use crate::workspace::Workspace;
use crate::{models, tidy};

/// What one stage counted. A check without tests of its own counts as one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub passed: usize,
    pub failed: usize,
}

impl Outcome {
    pub fn of_check(ok: bool) -> Self {
        Self { passed: usize::from(ok), failed: usize::from(!ok) }
    }

    /// Both counts together.
    pub fn and(self, other: Self) -> Self {
        Self { passed: self.passed + other.passed, failed: self.failed + other.failed }
    }

    /// A runner that ended badly without counting a failure (it crashed, or did not compile) failed.
    pub fn with_exit(mut self, success: bool) -> Self {
        if !success && self.failed == 0 {
            self.failed = 1;
        }
        self
    }
}

/// The stages that ran so far.
struct Run {
    stages: Vec<(&'static str, Outcome, Duration)>,
}

impl Run {
    /// Runs one stage under its header; an error of the stage is a failure of the stage.
    fn stage(&mut self, name: &'static str, work: impl FnOnce() -> Result<Outcome>) -> bool {
        println!("\n=== {name} ===");
        let start = Instant::now();
        let outcome = work().unwrap_or_else(|error| {
            println!("{name}: {error:#}");
            Outcome::of_check(false)
        });
        self.stages.push((name, outcome, start.elapsed()));
        outcome.failed == 0
    }

    fn total(&self) -> Outcome {
        self.stages.iter().fold(Outcome::default(), |sum, (_, outcome, _)| sum.and(*outcome))
    }
}

/// Runs all stages; with a filter, only the tests it names; with `fast`, neither clippy nor crashes.
pub fn run(workspace: &Workspace, fast: bool, filter: Option<&str>) -> Result<bool> {
    let mut run = Run { stages: Vec::new() };
    if filter.is_none() {
        checks(&mut run, workspace, fast);
    }
    let built = run.stage("build", || {
        let status = workspace.cargo(["build", "--release", "--package", "aquifer"]).status()?;
        Ok(Outcome::of_check(status.success()))
    });
    run.stage("unit tests and SQL logic tests", || units::run(workspace, filter));
    let mut rows = rows::Rows::default();
    if built {
        run.stage("client tests", || clients::run(workspace, "clients", filter, &mut rows));
        if !fast {
            run.stage("crash tests", || clients::run(workspace, "crash", filter, &mut rows));
        }
    } else {
        println!(
            "\nthe client and crash tests did not run: there is no binary to run them against"
        );
    }
    if filter.is_none() {
        println!("\n=== behaviours shown ===");
        rows.print(workspace)?;
    }
    summarize(&run)
}

fn checks(run: &mut Run, workspace: &Workspace, fast: bool) {
    run.stage("format", || {
        let status = workspace.cargo(["fmt", "--all", "--check"]).status()?;
        Ok(Outcome::of_check(status.success()))
    });
    run.stage("tidy", || tidy::run(workspace).map(Outcome::of_check));
    if !fast {
        run.stage("models", || {
            // Makes the environment, too; a failure here has a clearer message than one later.
            Venv::ready(workspace)?;
            models::run(workspace, true, &[]).map(Outcome::of_check)
        });
        run.stage("clippy", || {
            let status = workspace
                .cargo(["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"])
                .status()?;
            Ok(Outcome::of_check(status.success()))
        });
    }
}

fn summarize(run: &Run) -> Result<bool> {
    println!("\n=== summary ===");
    for (name, outcome, took) in &run.stages {
        let seconds = took.as_secs();
        println!(
            "{name:<32} {:>5} passed {:>4} failed   {:>3}m{:02}s",
            outcome.passed,
            outcome.failed,
            seconds / 60,
            seconds % 60,
        );
    }
    let total = run.total();
    println!("\n{} passed, {} failed", total.passed, total.failed);
    Ok(total.failed == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runner_that_dies_without_counting_is_a_failure() {
        let counted = Outcome { passed: 3, failed: 0 };
        assert_eq!(counted.with_exit(true).failed, 0);
        assert_eq!(counted.with_exit(false).failed, 1);
        assert_eq!(Outcome { passed: 3, failed: 2 }.with_exit(false).failed, 2);
    }

    #[test]
    fn a_stage_that_errs_is_a_failure_and_the_next_one_still_runs() {
        let mut run = Run { stages: Vec::new() };
        assert!(!run.stage("first", || anyhow::bail!("no disk")));
        assert!(run.stage("second", || Ok(Outcome { passed: 2, failed: 0 })));
        assert_eq!(run.total(), Outcome { passed: 2, failed: 1 });
    }
}
