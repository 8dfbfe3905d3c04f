//! Programs that run code which is no program itself, found on the machine.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use parking_lot::Mutex;
use thiserror::Error;
use tokio::process::Command;

/// What runs the code of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Interpreter {
    /// Python: the program named, such as `python3.12`, or else `python3`.
    Python(&'static str),
    /// Node.js.
    Node,
    /// The package's own program, `bootstrap`.
    Own,
}

/// A program that is not on this machine.
#[derive(Clone, Debug, Error)]
#[error("there is no {0} on this machine")]
pub struct Missing(pub &'static str);

/// The programs that were found so far.
#[derive(Clone, Default)]
pub(crate) struct Found(Arc<Mutex<Vec<(&'static str, PathBuf)>>>);

/// The interpreters' own programs, which speak the Runtime API.
const PYTHON: &str = include_str!("boot/bootstrap.py");
const NODE: &str = include_str!("boot/bootstrap.cjs");

impl Interpreter {
    /// The name and the text of the program that it runs, if it needs one.
    pub(crate) fn boot(self) -> Option<(&'static str, &'static str)> {
        match self {
            Interpreter::Python(_) => Some(("bootstrap.py", PYTHON)),
            Interpreter::Node => Some(("bootstrap.cjs", NODE)),
            Interpreter::Own => None,
        }
    }
}

impl Found {
    /// The program of an interpreter.
    pub async fn program(&self, interpreter: Interpreter) -> Result<Option<PathBuf>, Missing> {
        let (names, printed): (&[&'static str], &[&str]) = match interpreter {
            Interpreter::Python(exact) => {
                (&[exact, "python3"], &["-c", "import sys; print(sys.executable)"])
            }
            Interpreter::Node => (&["node"], &["-p", "process.execPath"]),
            Interpreter::Own => return Ok(None),
        };
        let known = self.0.lock().iter().find(|(name, _)| *name == names[0]).cloned();
        if let Some((_, path)) = known {
            return Ok(Some(path));
        }
        for name in names {
            let Some(path) = on_path(std::env::var_os("PATH"), name) else { continue };
            // What is found may only stand for the program, and need an environment to find it.
            if let Some(path) = itself(&path, printed).await {
                self.0.lock().push((names[0], path.clone()));
                return Ok(Some(path));
            }
        }
        Err(Missing(names.last().copied().unwrap_or_default()))
    }
}

/// A program by its name.
fn on_path(path: Option<OsString>, name: &str) -> Option<PathBuf> {
    let path = path?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

async fn itself(program: &Path, printed: &[&str]) -> Option<PathBuf> {
    let mut command = Command::new(program);
    command.args(printed).stdin(Stdio::null()).kill_on_drop(true);
    let output = command.output().await.ok().filter(|output| output.status.success())?;
    let path = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    path.is_file().then_some(path)
}
