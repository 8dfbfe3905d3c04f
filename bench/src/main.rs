//! The benchmarks: programs that measure a release build from outside, as its users meet it.
//!
//! `s3` loads an S3 endpoint, `sql` asks the questions of the flights example through Athena and of
//! DuckDB, `start` times the way from a process to its first answer. Each starts the server itself
//! (`--spawn`) or is pointed at one (`--endpoint`), and prints a Markdown table. Nothing here is a
//! test: no number fails a build. `RESULTS.md` keeps what was measured, with the commands.

mod bare;
mod connection;
mod endpoint;
mod load;
mod machine;
mod process;
mod s3;
mod sql;
mod start;
mod table;

use std::process::ExitCode;

use clap::Parser;

/// Measures Aquifer, alone and against what one would use instead.
#[derive(Parser)]
enum Command {
    /// PUT, GET and LIST of an S3 endpoint.
    S3(s3::Options),
    /// The five questions of the flights example, or those of TPC-H: Athena's API against DuckDB on the same files.
    Sql(sql::Options),
    /// A server that only copies bodies between sockets and files, to compare S3 servers with.
    Bare(bare::Options),
    /// From a new process to its first answer, and what it weighs when idle.
    Start(start::Options),
}

fn main() -> ExitCode {
    let done = match Command::parse() {
        Command::S3(options) => s3::run(&options),
        Command::Sql(options) => sql::run(&options),
        Command::Bare(options) => bare::run(&options),
        Command::Start(options) => start::run(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
