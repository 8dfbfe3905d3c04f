//! The server as a child process, and what the kernel says about it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::endpoint::{Endpoint, Key};

/// `/proc` counts processor time in these; Linux fixed `USER_HZ` for programs at 100.
const TICKS_PER_SECOND: f64 = 100.0;
/// How long a server may take to save its last writes.
const END_PATIENCE: Duration = Duration::from_secs(20);

/// A running server, ended with this value.
pub struct Server {
    child: Child,
    /// Where it answers.
    pub endpoint: Endpoint,
    /// From starting the process to its `ready` line.
    pub ready_after: Duration,
}

impl Server {
    /// Starts `binary serve --port 0 …` and waits for its `ready` line.
    ///
    /// The server knows the key that requests are signed with: it verifies each of them, as it
    /// does not for keys nobody issued.
    pub fn start(binary: &Path, arguments: &[String], key: &Key) -> Result<Server> {
        let started = Instant::now();
        let mut child = Command::new(binary)
            .args(["serve", "--port", "0"])
            .args(arguments)
            .env("AQUIFER_LOG", "warn")
            .env("AQUIFER_ROOT_ACCESS_KEY_ID", &key.id)
            .env("AQUIFER_ROOT_SECRET_ACCESS_KEY", &key.secret)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", binary.display()))?;
        let stdout = child.stdout.take().context("the server has no standard output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let ready_after = started.elapsed();
        let Some(url) = line.trim().strip_prefix("ready ") else {
            let ended = child.wait()?;
            bail!("the server did not say ready but '{}' ({ended})", line.trim());
        };
        Ok(Server { child, endpoint: Endpoint::parse(url, key)?, ready_after })
    }

    /// The process.
    pub fn process(&self) -> Process {
        Process { id: self.child.id() }
    }

    /// Asks the server to end and waits for it.
    pub fn end(mut self) -> Result<()> {
        self.terminate()
    }

    fn terminate(&mut self) -> Result<()> {
        if self.child.try_wait()?.is_some() {
            return Ok(());
        }
        // The standard library can only kill; a clean end is asked for by signal.
        let id = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status();
        let deadline = Instant::now() + END_PATIENCE;
        while asked.as_ref().is_ok_and(|status| status.success()) && Instant::now() < deadline {
            if self.child.try_wait()?.is_some() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        self.child.kill()?;
        self.child.wait()?;
        bail!("the server did not end within {} seconds of SIGTERM", END_PATIENCE.as_secs())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = self.terminate() {
            eprintln!("warning: {error}");
        }
    }
}

/// A process to look at.
#[derive(Clone, Copy, Debug)]
pub struct Process {
    /// Its id.
    pub id: u32,
}

/// What a process has used since it started.
#[derive(Clone, Copy, Debug, Default)]
pub struct Used {
    /// Processor seconds of all its threads, user and system.
    pub cpu_seconds: f64,
    /// Bytes it caused to be written to storage.
    pub written_bytes: u64,
}

impl Process {
    /// What it has used so far.
    pub fn used(self) -> Result<Used> {
        let stat = self.read("stat")?;
        let cpu_seconds = cpu_seconds(&stat).context("/proc/…/stat has another form")?;
        let io = self.read("io")?;
        let written = field(&io, "write_bytes:").context("/proc/…/io has another form")?;
        Ok(Used { cpu_seconds, written_bytes: written })
    }

    /// Resident memory now and at its largest, in bytes.
    pub fn resident(self) -> Result<(u64, u64)> {
        let status = self.read("status")?;
        let kib = |name| field(&status, name).with_context(|| format!("no {name} in status"));
        Ok((kib("VmRSS:")? << 10, kib("VmHWM:")? << 10))
    }

    fn read(self, file: &str) -> Result<String> {
        let path = format!("/proc/{}/{file}", self.id);
        fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))
    }
}

/// User and system time out of a line of `/proc/<pid>/stat`.
fn cpu_seconds(stat: &str) -> Option<f64> {
    // The second field is the name in brackets and may hold anything, spaces and brackets too.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) / TICKS_PER_SECOND)
}

fn field(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The release binary beside this program, unless another one is named.
pub fn binary(named: Option<&Path>) -> Result<PathBuf> {
    let path = match named {
        Some(path) => path.to_owned(),
        None => std::env::current_exe()?.with_file_name("aquifer"),
    };
    if !path.is_file() {
        bail!("there is no {}; build it with `cargo build --release`", path.display());
    }
    Ok(path)
}

/// A folder for what a run leaves on disk, in the build directory: temporary folders are memory on
/// many machines, and durable writes must meet a real disk.
pub fn scratch(name: &str) -> Result<tempfile::TempDir> {
    let target = target_folder()?;
    Ok(tempfile::Builder::new().prefix(&format!("bench-{name}-")).tempdir_in(target)?)
}

/// The build directory this program was built into.
pub fn target_folder() -> Result<PathBuf> {
    let program = std::env::current_exe()?;
    let folder = program.parent().and_then(Path::parent).context("the program has no folder")?;
    Ok(folder.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_found_behind_any_name() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 5 0 1 1 1";
        assert_eq!(cpu_seconds(stat), Some(3.0));
        assert_eq!(cpu_seconds("7 no name"), None);
    }

    #[test]
    fn this_process_is_seen() {
        let this = Process { id: std::process::id() };
        let (now, most) = this.resident().unwrap();
        assert!(0 < now && now <= most);
        assert!(this.used().unwrap().cpu_seconds >= 0.0);
        assert!(Process { id: u32::MAX }.used().is_err());
    }
}
