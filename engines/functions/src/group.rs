//! A process and all that it starts: ended together, stopped together, and bounded.

use std::fs;
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process_group, prlimit};
use tokio::process::Child;

/// A process may have this much more than a function, of which not all is its own.
const HEADROOM: u64 = 512 << 20;
/// How often the memory of a group is looked at.
pub(crate) const LOOK: Duration = Duration::from_millis(25);

/// A group of processes, by its first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Group(Pid);

impl Group {
    /// The group that a child leads.
    pub fn of(child: &Child) -> Option<Self> {
        let id = i32::try_from(child.id()?).ok()?;
        Pid::from_raw(id).map(Self)
    }

    /// Bounds its first process, and with it all later ones: the size of a file to the space that
    /// it may fill, and memory to a multiple of what it may have, beyond which it is ended when it
    /// is seen (`Group::memory`).
    pub fn bound(self, memory_bytes: u64, file_bytes: u64) {
        let data = memory_bytes * 4 + HEADROOM;
        for (what, most) in
            [(Resource::Data, data), (Resource::Fsize, file_bytes), (Resource::Core, 0)]
        {
            let limit = Rlimit { current: Some(most), maximum: Some(most) };
            if let Err(error) = prlimit(Some(self.0), what, limit) {
                tracing::debug!(%error, "a function's process cannot be bounded");
            }
        }
    }

    /// Ends all of it at once.
    pub fn kill(self) {
        self.signal(Signal::KILL);
    }

    /// Lets none of it run until it is woken.
    pub fn stop(self) {
        self.signal(Signal::STOP);
    }

    /// Lets it run again.
    pub fn wake(self) {
        self.signal(Signal::CONT);
    }

    fn signal(self, signal: Signal) {
        if let Err(error) = kill_process_group(self.0, signal) {
            tracing::debug!(%error, ?signal, "a function's processes are gone");
        }
    }

    /// The memory it has now, in bytes.
    pub fn memory(self) -> u64 {
        let (mut sum, mut look) = (0, vec![self.0.as_raw_nonzero().get()]);
        // Processes that start others faster than this looks are not followed for ever.
        for _ in 0..1024 {
            let Some(id) = look.pop() else { break };
            sum += resident(id).unwrap_or(0);
            let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children"));
            let children = children.unwrap_or_default();
            look.extend(children.split_whitespace().filter_map(|id| id.parse::<i32>().ok()));
        }
        sum
    }
}

/// The memory of a process that is its own.
fn resident(id: i32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024)
}
