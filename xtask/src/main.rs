//! `cargo xtask`: every chore of the code base, in the one script language it has.
//!
//! Not part of the product: nothing here is compiled into `aquifer`, and nothing here depends on a
//! crate of the workspace, so that it is ready in seconds on a fresh clone.

mod coverage;
mod models;
mod new_service;
mod python;
mod slt;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};

use workspace::Workspace;

const USAGE: &str = "\
cargo xtask <command>

  test [--fast] [FILTER]     every check and test, with a summary; a FILTER runs only the tests it names
  tidy                       the rules of the code base that no compiler checks
  models [--check] [NAME…]   write models/<name>.json from the pinned botocore package, or compare
  new-service NAME           lay out services/<name> from its model
  coverage                   operations per service: in the model, and implemented
  slt [--complete] [FILTER]  SQL logic tests; --complete writes the answers into the files
  bench [ARGS…]              the benchmarks, in release; ARGS go to the program
  help                       this text
";

fn main() -> ExitCode {
    match run(std::env::args().skip(1).collect()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs one command; `false` means it did its work and found something wrong.
fn run(args: Vec<String>) -> Result<bool> {
    let Some((command, rest)) = args.split_first() else {
        print!("{USAGE}");
        return Ok(false);
    };
    if matches!(command.as_str(), "help" | "--help" | "-h") {
        print!("{USAGE}");
        return Ok(true);
    }
    let workspace = Workspace::find()?;
    let args = Args::parse(rest);
    match command.as_str() {
        "test" => {
            args.allow(&["--fast"])?;
            test::run(&workspace, args.has("--fast"), args.at_most_one("FILTER")?)
        }
        "tidy" => {
            args.allow(&[])?;
            tidy::run(&workspace)
        }
        "models" => {
            args.allow(&["--check"])?;
            models::run(&workspace, args.has("--check"), &args.words)
        }
        "new-service" => {
            args.allow(&[])?;
            match args.at_most_one("NAME")? {
                Some(name) => new_service::run(&workspace, name),
                None => bail!("new-service needs the service's name, as botocore spells it"),
            }
        }
        "coverage" => {
            args.allow(&[])?;
            coverage::run(&workspace)
        }
        "slt" => {
            args.allow(&["--complete"])?;
            slt::run(&workspace, args.has("--complete"), args.at_most_one("FILTER")?)
        }
        "bench" => workspace
            .cargo(["run", "--release", "--package", "aquifer-bench", "--"])
            .args(rest)
            .status()
            .map(|status| status.success())
            .map_err(Into::into),
        other => bail!("there is no command {other:?}; `cargo xtask help` lists them"),
    }
}

/// The arguments after the command: words, and flags that take no value.
struct Args {
    words: Vec<String>,
    flags: Vec<String>,
}

impl Args {
    fn parse(args: &[String]) -> Self {
        let (flags, words) = args.iter().cloned().partition(|arg| arg.starts_with("--"));
        Self { words, flags }
    }

    fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|given| given == flag)
    }

    fn allow(&self, known: &[&str]) -> Result<()> {
        match self.flags.iter().find(|flag| !known.contains(&flag.as_str())) {
            Some(flag) => bail!("unknown option {flag}; `cargo xtask help` lists them"),
            None => Ok(()),
        }
    }

    fn at_most_one(&self, what: &str) -> Result<Option<&str>> {
        match self.words.as_slice() {
            [] => Ok(None),
            [word] => Ok(Some(word)),
            _ => bail!("only one {what} is taken"),
        }
    }
}
