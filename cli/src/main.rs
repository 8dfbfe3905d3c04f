//! The binary `aquifer`: starts a platform, talks to a running one, tells its story.

mod bill;
mod clock;
mod demo;
mod demo_command;
mod logs;
mod remote;
mod serve;

use clap::{Parser, Subcommand};

/// Queries and codecs allocate in many small pieces from several threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The AWS data platform in one binary, on your own ground.
#[derive(Parser)]
#[command(name = "aquifer", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start a platform and serve it until told to end.
    Serve(serve::Serve),
    /// Start a platform and run a pipeline over real data on it.
    Demo(demo_command::Demo),
    /// Read or turn the virtual clock of a running platform.
    Clock(clock::Clock),
    /// Show what the usage of a running platform would have cost.
    Bill(bill::Bill),
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        // Reads of files block; more threads than this only wait for the same disk.
        .max_blocking_threads(64)
        .thread_name("aquifer")
        .build()?;
    runtime.block_on(async {
        match cli.command {
            Command::Serve(serve) => serve.run().await,
            Command::Demo(demo) => demo.run().await,
            Command::Clock(clock) => clock.run().await,
            Command::Bill(bill) => bill.run().await,
        }
    })
}
