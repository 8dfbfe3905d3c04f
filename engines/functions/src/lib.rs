//! Functions as supervised processes.
//!
//! A *package* is an archive of code, kept once under its digest and unpacked when it is first used.
//! A *sandbox* is a process group that runs the code of one, with a folder for its own files, and
//! asks for work at an address of its own: the Runtime API, which is spoken here as it is published,
//! so that any runtime made for it works. The *pool* keeps sandboxes that wait for the next call
//! stopped, and counts how many calls are under way.
//!
//! Python and Node.js are found on the machine and given a small program that speaks the interface
//! (`boot/`); other code brings a program `bootstrap` of its own.
//!
//! Durations here are the machine's: code runs in real time, whatever the clock of the house shows.
//!
//! What it is not: a wall. Code runs as the user who runs the server, and sees the machine's files.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

mod group;
mod interface;
mod interpreter;
mod package;
mod pool;
mod sandbox;
mod zip;

pub use interpreter::{Interpreter, Missing};
pub use package::{Package, PackageError, Packages};
pub use pool::{Functions, Seat};
pub use sandbox::{Call, Failure, Plan, Ran, Sandbox, StartError};

/// The most bytes a call may answer with.
pub const ANSWER_BYTES_MAX: usize = 6_291_556;
