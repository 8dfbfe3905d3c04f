//! The pool: sandboxes that wait for the next call of their function, and how many calls there are.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use aquifer_ctx::PlatformParts;
use aquifer_types::Timestamp;
use parking_lot::Mutex;

use crate::interpreter::Found;
use crate::package::remove;
use crate::{Packages, Plan, Sandbox, StartError};

/// A sandbox that nobody calls ends after this.
const IDLE: Duration = Duration::from_secs(300);
/// How often that is looked after.
const LOOK: Duration = Duration::from_secs(10);
/// The most sandboxes that wait; the one that waited longest makes room.
const WAITING_MAX: usize = 128;

/// All functions of a server. Clones share them.
#[derive(Clone)]
pub struct Functions(Arc<Inner>);

struct Inner {
    parts: PlatformParts,
    folder: PathBuf,
    passing: bool,
    packages: Packages,
    found: Found,
    number: AtomicU64,
    waiting: Mutex<HashMap<String, Vec<Waiting>>>,
    taken: Arc<Mutex<HashMap<String, usize>>>,
    /// Keys of which so many sandboxes wait for as long as it takes.
    kept: Mutex<HashMap<String, usize>>,
}

struct Waiting {
    sandbox: Sandbox,
    since: Instant,
}

/// The right to run one call. Dropping it gives it back.
pub struct Seat {
    taken: Arc<Mutex<HashMap<String, usize>>>,
    group: String,
}

impl Functions {
    /// Functions that keep their packages in a folder, or nowhere for long.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn open(parts: &PlatformParts, folder: Option<PathBuf>) -> io::Result<Self> {
        let passing = folder.is_none();
        let folder = folder.unwrap_or_else(|| {
            std::env::temp_dir().join(format!("aquifer-functions-{}", parts.ids().uuid()))
        });
        let folder =
            if folder.is_absolute() { folder } else { std::env::current_dir()?.join(folder) };
        remove(&folder.join("sandboxes"))?;
        let functions = Self(Arc::new(Inner {
            parts: parts.clone(),
            packages: Packages::open(folder.join("code"))?,
            folder,
            passing,
            found: Found::default(),
            number: AtomicU64::new(0),
            waiting: Mutex::default(),
            taken: Arc::default(),
            kept: Mutex::default(),
        }));
        Ok(functions)
    }

    /// Ends sandboxes that nobody calls, and all of them when the server stops. To be called once.
    pub fn look_after(&self) {
        let functions = self.clone();
        self.0.parts.spawn("functions", async move {
            let stop = functions.0.parts.shutdown_token().clone();
            let mut look = tokio::time::interval(LOOK);
            loop {
                tokio::select! {
                    _ = look.tick() => functions.retire_idle(),
                    () = stop.cancelled() => break,
                }
            }
            functions.clear();
        });
    }

    /// The packages.
    pub fn packages(&self) -> &Packages {
        &self.0.packages
    }

    /// The right to run another call of a group, of which so many may run at once.
    pub fn seat(&self, group: &str, most: usize) -> Option<Seat> {
        let mut taken = self.0.taken.lock();
        let count = taken.entry(group.to_owned()).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Seat { taken: Arc::clone(&self.0.taken), group: group.to_owned() })
    }

    /// A sandbox that waits under a key and is good for another call.
    pub fn waiting(&self, key: &str, now: Timestamp) -> Option<Sandbox> {
        let mut waiting = self.0.waiting.lock();
        let all = waiting.get_mut(key)?;
        while let Some(Waiting { mut sandbox, .. }) = all.pop() {
            if sandbox.is_good(now) {
                return Some(sandbox);
            }
        }
        waiting.remove(key);
        None
    }

    /// Starts a new sandbox.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn start(&self, plan: &Plan) -> Result<Sandbox, StartError> {
        let program = self.0.found.program(plan.interpreter).await?;
        let number = self.0.number.fetch_add(1, Ordering::Relaxed);
        let folder = self.0.folder.join("sandboxes").join(number.to_string());
        Sandbox::start(&self.0.parts, program, folder, plan).await
    }

    /// Lets a sandbox wait for the next call under a key, if it can take one.
    pub fn give_back(&self, key: &str, mut sandbox: Sandbox, now: Timestamp) {
        if !sandbox.is_good(now) || self.0.parts.shutdown_token().is_cancelled() {
            return;
        }
        sandbox.rest();
        let mut waiting = self.0.waiting.lock();
        let since = Instant::now();
        waiting.entry(key.to_owned()).or_default().push(Waiting { sandbox, since });
        if waiting.values().map(Vec::len).sum::<usize>() > WAITING_MAX {
            let kept = self.0.kept.lock();
            let first = |all: &Vec<Waiting>| all.first().map(|waiting| waiting.since);
            let spare =
                |key: &String, all: &Vec<Waiting>| all.len() > kept.get(key).copied().unwrap_or(0);
            let oldest = waiting.iter().filter(|(key, all)| spare(key, all));
            let oldest = oldest.min_by_key(|(_, all)| first(all)).map(|(key, _)| key.clone());
            if let Some(all) = oldest.and_then(|key| waiting.get_mut(&key)) {
                all.remove(0);
            }
        }
    }

    /// How many sandboxes wait under a key that are good for a call.
    pub fn count(&self, key: &str, now: Timestamp) -> usize {
        let mut waiting = self.0.waiting.lock();
        let Some(all) = waiting.get_mut(key) else { return 0 };
        all.retain_mut(|one| one.sandbox.is_good(now));
        all.len()
    }

    /// Says of which keys so many sandboxes wait for as long as it takes; of all others none does.
    pub fn keep(&self, keys: &[(String, usize)]) {
        *self.0.kept.lock() = keys.iter().cloned().collect();
    }

    /// Ends the sandboxes that wait under keys that begin so.
    pub fn forget(&self, prefix: &str) {
        self.retire(|key, _| !key.starts_with(prefix));
    }

    /// Ends all that wait, and forgets what is kept nowhere for long.
    pub fn clear(&self) {
        self.retire(|_, _| false);
        if self.0.passing
            && let Err(error) = remove(&self.0.folder)
        {
            tracing::debug!(%error, "the folder of functions cannot be removed");
        }
    }

    /// Ends what waited for long, but for what is kept.
    fn retire_idle(&self) {
        let kept = self.0.kept.lock().clone();
        let mut waiting = self.0.waiting.lock();
        waiting.retain(|key, all| {
            // Those that waited longest stand first.
            let mut spare = all.len().saturating_sub(kept.get(key).copied().unwrap_or(0));
            all.retain(|one| {
                let ends = spare > 0 && one.since.elapsed() >= IDLE;
                spare -= usize::from(ends);
                !ends
            });
            !all.is_empty()
        });
    }

    fn retire(&self, stays: impl Fn(&str, Instant) -> bool) {
        let mut waiting = self.0.waiting.lock();
        waiting.retain(|key, all| {
            all.retain(|one| stays(key, one.since));
            !all.is_empty()
        });
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.taken.lock();
        if let Some(count) = taken.get_mut(&self.group) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.group);
            }
        }
    }
}
