//! A sandbox: a group of processes that runs the code of one function, a call at a time.

use std::future::pending;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use aquifer_ctx::PlatformParts;
use aquifer_types::Timestamp;
use bytes::Bytes;
use thiserror::Error;
use tokio::process::{Child, Command};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::DropGuard;

use crate::group::{Group, LOOK};
use crate::interface::{self, Interface, Said, Work};
use crate::interpreter::{Interpreter, Missing};
use crate::package::remove;

/// What starts has so long before it counts as a call's time.
const START: Duration = Duration::from_secs(10);
/// The most that is kept of what a call printed.
const LOG_BYTES_MAX: u64 = 8 << 20;

/// What a sandbox is made from.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What runs the code.
    pub interpreter: Interpreter,
    /// The folder of the code.
    pub code: PathBuf,
    /// The folder of what is shared between functions, if there is any.
    pub opt: Option<PathBuf>,
    /// What is called, in the interpreter's own words.
    pub handler: String,
    /// Variables, besides those that the interface has.
    pub environment: Vec<(String, String)>,
    /// The memory that it may have.
    pub memory_bytes: u64,
    /// The longest file it may write.
    pub file_bytes: u64,
    /// When what it was given runs out, on the clock of the house.
    pub usable_until: Timestamp,
    /// Where what it prints is told, as its user calls that.
    pub label: String,
}

/// A call of a function.
#[derive(Clone, Debug)]
pub struct Call {
    pub id: String,
    pub payload: Bytes,
    pub timeout: Duration,
    /// The name by which the function was called.
    pub name: String,
    pub trace: String,
    /// What the caller says of itself, as a document.
    pub client: Option<String>,
}

/// Why a call has no answer.
#[derive(Clone, Debug)]
pub enum Failure {
    /// The code said so, and what.
    Told { kind: Option<String>, body: Bytes },
    /// It took too long.
    TimedOut,
    /// Its process ended by itself: how.
    Exited(String),
    /// It had more memory than it may have, and was ended.
    OutOfMemory,
    /// Its answer is too large.
    AnswerTooLarge,
    /// The server stops.
    Stopping,
}

/// What came of a call.
#[derive(Clone, Debug)]
pub struct Ran {
    pub outcome: Result<Bytes, Failure>,
    /// What it printed.
    pub log: Vec<u8>,
    /// How long it took, without the start.
    pub took: Duration,
    /// How long the start took, where this call began with it.
    pub started: Option<Duration>,
    /// The most memory that was seen, in bytes.
    pub memory_bytes: u64,
}

/// Why there is no sandbox.
#[derive(Debug, Error)]
pub enum StartError {
    /// What would run it is not on the machine.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// The package has no program that can be run.
    #[error("Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]")]
    NoProgram,
    /// The machine failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A group of processes, and where it asks for work. Dropping it ends them.
pub struct Sandbox {
    parts: PlatformParts,
    folder: PathBuf,
    child: Child,
    group: Option<Group>,
    interface: Interface,
    memory_max: u64,
    memory_peak: u64,
    usable_until: Timestamp,
    label: String,
    /// Whether it asked for work since it was last given any.
    ready: bool,
    /// Whether it was ever ready.
    started: bool,
    began: Instant,
    broken: bool,
    _serving: DropGuard,
}

enum Event {
    Said(Said),
    Exited(io::Result<ExitStatus>),
    Late,
    TooMuch,
    Stopping,
}

impl Sandbox {
    /// Starts the processes. They are not ready when it answers.
    pub(crate) async fn start(
        parts: &PlatformParts,
        program: Option<PathBuf>,
        folder: PathBuf,
        plan: &Plan,
    ) -> Result<Self, StartError> {
        let temporary = folder.join("tmp");
        tokio::fs::create_dir_all(&temporary).await?;
        let mut options = tokio::fs::OpenOptions::new();
        let log = options.create(true).append(true).open(log_of(&folder)).await?.into_std().await;
        let serving = tokio_util::sync::CancellationToken::new();
        let interface = interface::open(parts, serving.child_token()).await?;
        let mut command = match (program, plan.interpreter.boot()) {
            (Some(program), Some((name, text))) => {
                let boot = folder.join(name);
                tokio::fs::write(&boot, text).await?;
                let mut command = Command::new(program);
                if plan.interpreter == Interpreter::Node {
                    let heap = (plan.memory_bytes >> 20) * 9 / 10;
                    command.arg(format!("--max-old-space-size={heap}"));
                }
                command.arg(boot).arg(&plan.handler).arg(&plan.code);
                command
            }
            _ => Command::new(own_program(plan).ok_or(StartError::NoProgram)?),
        };
        environment(&mut command, plan, &temporary);
        command
            .env("AWS_LAMBDA_RUNTIME_API", interface.address.to_string())
            .current_dir(&plan.code)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .process_group(0)
            .kill_on_drop(true);
        let child = command.spawn()?;
        let group = Group::of(&child);
        if let Some(group) = group {
            group.bound(plan.memory_bytes, plan.file_bytes);
        }
        Ok(Self {
            parts: parts.clone(),
            folder,
            child,
            group,
            interface,
            memory_max: plan.memory_bytes,
            memory_peak: 0,
            usable_until: plan.usable_until,
            label: plan.label.clone(),
            ready: false,
            started: false,
            began: Instant::now(),
            broken: false,
            _serving: serving.drop_guard(),
        })
    }

    /// Runs one call to its end.
    pub async fn run(&mut self, call: Call) -> Ran {
        if let Some(group) = self.group {
            group.wake();
        }
        let first = !self.started;
        let mut failure = None;
        if !self.ready {
            let until = tokio::time::Instant::now() + START.max(call.timeout);
            failure = self.wait_ready(until).await.err();
        }
        let started = first.then(|| self.began.elapsed());
        let began = Instant::now();
        let outcome = match failure {
            Some(failure) => Err(failure),
            None => self.work(call).await,
        };
        self.broken |= !matches!(outcome, Ok(_) | Err(Failure::Told { .. })) || !self.ready;
        if self.broken
            && let Some(group) = self.group
        {
            group.kill();
        }
        let took = began.elapsed();
        let log = self.take_log().await;
        Ran { outcome, log, took, started, memory_bytes: self.memory_peak }
    }

    /// Waits until it is ready for a first call, which then does not begin with the start; answers
    /// whether it is.
    pub async fn warm(&mut self) -> bool {
        let until = tokio::time::Instant::now() + START;
        self.broken |= self.wait_ready(until).await.is_err();
        !self.broken
    }

    /// The label of its plan.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// Whether it can take another call.
    pub(crate) fn is_good(&mut self, now: Timestamp) -> bool {
        !self.broken && now < self.usable_until && matches!(self.child.try_wait(), Ok(None))
    }

    /// Lets it rest until the next call.
    pub(crate) fn rest(&self) {
        if let Some(group) = self.group {
            group.stop();
        }
    }

    async fn wait_ready(&mut self, until: tokio::time::Instant) -> Result<(), Failure> {
        loop {
            match self.event(until).await {
                Event::Said(Said::Ready) => {
                    (self.ready, self.started) = (true, true);
                    return Ok(());
                }
                Event::Said(Said::NoStart(kind, body)) => {
                    self.broken = true;
                    return Err(Failure::Told { kind, body });
                }
                Event::Said(_) => {}
                other => return Err(ended(other)),
            }
        }
    }

    async fn work(&mut self, call: Call) -> Result<Bytes, Failure> {
        let until = tokio::time::Instant::now() + call.timeout;
        let deadline = self.parts.clock().real_now() + call.timeout;
        let mut headers = vec![
            ("Lambda-Runtime-Aws-Request-Id", call.id.clone()),
            ("Lambda-Runtime-Deadline-Ms", (deadline.as_micros() / 1000).to_string()),
            ("Lambda-Runtime-Invoked-Function-Arn", call.name),
            ("Lambda-Runtime-Trace-Id", call.trace),
        ];
        headers.extend(call.client.map(|client| ("Lambda-Runtime-Client-Context", client)));
        self.ready = false;
        let work = Work { id: call.id, headers, body: call.payload };
        if self.interface.work.send(work).await.is_err() {
            return Err(Failure::Exited("its interface is closed".to_owned()));
        }
        let outcome = match self.event(until).await {
            Event::Said(Said::Answer(body)) => Ok(body),
            Event::Said(Said::Failed(kind, body)) => Err(Failure::Told { kind, body }),
            Event::Said(Said::AnswerTooLarge) => Err(Failure::AnswerTooLarge),
            // It lost the connection by which it was given the work.
            Event::Said(Said::Ready) => {
                return Err(Failure::Exited("it asked for work twice".to_owned()));
            }
            Event::Said(Said::NoStart(kind, body)) => {
                self.broken = true;
                return Err(Failure::Told { kind, body });
            }
            other => return Err(ended(other)),
        };
        // A call is over when the next one is asked for: what comes before still belongs to it.
        let _ = self.wait_ready(until).await;
        if let Some(group) = self.group {
            self.memory_peak = self.memory_peak.max(group.memory());
        }
        outcome
    }

    async fn event(&mut self, until: tokio::time::Instant) -> Event {
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        look.reset();
        loop {
            tokio::select! {
                // What was said before the end counts.
                biased;
                said = self.interface.said.recv() => match said {
                    Some(said) => return Event::Said(said),
                    None => return Event::Stopping,
                },
                status = self.child.wait() => return Event::Exited(status),
                () = self.parts.shutdown_token().cancelled() => return Event::Stopping,
                _ = tokio::time::timeout_at(until, pending::<()>()) => return Event::Late,
                _ = look.tick() => {
                    let now = self.group.map_or(0, Group::memory);
                    self.memory_peak = self.memory_peak.max(now);
                    if now > self.memory_max {
                        return Event::TooMuch;
                    }
                }
            }
        }
    }

    /// What was printed since it was last asked.
    async fn take_log(&self) -> Vec<u8> {
        use tokio::io::AsyncReadExt;
        let read = async {
            let mut options = tokio::fs::OpenOptions::new();
            let mut file = options.read(true).write(true).open(log_of(&self.folder)).await?;
            let mut log = Vec::new();
            (&mut file).take(LOG_BYTES_MAX).read_to_end(&mut log).await?;
            if !log.is_empty() {
                file.set_len(0).await?;
            }
            Ok::<_, io::Error>(log)
        };
        read.await.unwrap_or_else(|error| {
            tracing::warn!(%error, "what a function printed cannot be read");
            Vec::new()
        })
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if let Some(group) = self.group {
            group.kill();
        }
        let folder = std::mem::take(&mut self.folder);
        self.parts.spawn_blocking("sandbox", move || {
            if let Err(error) = remove(&folder) {
                tracing::debug!(%error, "a sandbox's folder cannot be removed");
            }
        });
    }
}

fn log_of(folder: &Path) -> PathBuf {
    folder.join("log")
}

fn ended(event: Event) -> Failure {
    match event {
        Event::Late => Failure::TimedOut,
        Event::TooMuch => Failure::OutOfMemory,
        Event::Exited(Ok(status)) => Failure::Exited(match (status.code(), status.signal()) {
            (Some(0), _) => String::new(),
            (Some(code), _) => format!("exit status {code}"),
            (None, Some(9)) => "signal: killed".to_owned(),
            (None, Some(signal)) => format!("signal: {signal}"),
            (None, None) => String::new(),
        }),
        Event::Exited(Err(error)) => Failure::Exited(error.to_string()),
        Event::Stopping | Event::Said(_) => Failure::Stopping,
    }
}

/// The package's own program.
fn own_program(plan: &Plan) -> Option<PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    let folders = std::iter::once(&plan.code).chain(plan.opt.as_ref());
    let mut programs = folders.map(|folder| folder.join("bootstrap"));
    programs.find(|program| {
        let found = std::fs::metadata(program);
        found.is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
    })
}

/// Everything that a process is told in variables; nothing of what the server was told.
fn environment(command: &mut Command, plan: &Plan, temporary: &Path) {
    command.env_clear();
    let own = |name: &str| {
        let found = plan.environment.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone())
    };
    let code = plan.code.to_string_lossy().into_owned();
    let opt = plan.opt.as_ref().map(|opt| opt.to_string_lossy().into_owned());
    let joined = |name: &str, parts: &[&str], rest: Option<String>| {
        let shared =
            opt.iter().flat_map(|opt| parts.iter().map(move |part| format!("{opt}/{part}")));
        let all: Vec<String> = own(name).into_iter().chain(shared).chain(rest).collect();
        all.join(":")
    };
    let path = std::env::var("PATH").unwrap_or_else(|_| "/usr/local/bin:/usr/bin:/bin".to_owned());
    for (name, value) in [
        ("LANG", "C.UTF-8".to_owned()),
        ("TZ", ":UTC".to_owned()),
        ("HOME", temporary.to_string_lossy().into_owned()),
        ("TMPDIR", temporary.to_string_lossy().into_owned()),
        ("LAMBDA_TASK_ROOT", code.clone()),
        ("_HANDLER", plan.handler.clone()),
        ("PYTHONDONTWRITEBYTECODE", "1".to_owned()),
    ] {
        command.env(name, value);
    }
    command.envs(plan.environment.iter().map(|(name, value)| (name, value)));
    command.env("PATH", joined("PATH", &["bin"], Some(path)));
    let libraries = ["lib"];
    command
        .env("LD_LIBRARY_PATH", joined("LD_LIBRARY_PATH", &libraries, Some(format!("{code}/lib"))));
    command.env("PYTHONPATH", joined("PYTHONPATH", &["python"], None));
    command.env(
        "NODE_PATH",
        joined("NODE_PATH", &["nodejs/node_modules"], Some(format!("{code}/node_modules"))),
    );
}
