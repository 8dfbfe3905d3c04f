//! Server access logs: a line for every request for a bucket whose owner wants them, stored as
//! objects in another.
//!
//! The gateway tells of requests once they are answered; nothing is kept of buckets that are not
//! logged. Lines go through a queue to one writer, which puts them into the store as they come; a
//! job delivers them some minutes later. AWS delivers on a best-effort basis; here what is in the
//! queue is lost in a crash, and written at a clean stop.
//!
//! `line` writes AWS's format, `deliver` makes the objects.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html>

mod deliver;
mod line;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use platform::jobs::{JobKey, schedule, state};
use platform::{
    AccountId, Fail, House, PlatformParts, Result, Row, Scope, Seen, Table, Timestamp, Watch,
    Watcher, WriteTx,
};
use serde::{Deserialize, Serialize};
use std::sync::RwLock;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::points::Points;
use crate::store::BUCKETS;

/// Delivers the lines of a bucket.
const DELIVER: &str = "s3.deliver-logs";
/// Lines are delivered so long after the first of them. AWS: within a few hours.
const DELAY: Duration = Duration::from_secs(5 * 60);
/// Lines that wait to be written; what comes when it is full is left out.
const QUEUE: usize = 65_536;
/// Lines of one transaction.
const BATCH: usize = 2_000;

/// Buckets that are logged.
static LOGGED: Table<String, u64> = Table::global("s3.logged");
/// (bucket, when they were written, a random part) → lines.
static LINES: Table<(String, Timestamp, String), Lines> = Table::global("s3.log_lines");

/// Lines that are not delivered yet, each with its time.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Lines {
    lines: Vec<(Timestamp, String)>,
}

impl Row for Lines {}

/// A line on its way.
struct Entry {
    bucket: String,
    at: Timestamp,
    line: String,
}

/// Which buckets are logged, and where lines go.
pub(crate) struct Log {
    on: AtomicBool,
    /// Bucket → its owner.
    buckets: RwLock<HashMap<String, AccountId>>,
    queue: Sender<Entry>,
}

impl Log {
    /// Begins to watch, with the buckets that were logged before.
    pub fn start(house: &House) -> Result<Arc<Log>, Fail> {
        let (queue, lines) = channel(QUEUE);
        let known: HashMap<String, AccountId> =
            house.parts.store().read(&Scope::default(), |tx| {
                let mut known = HashMap::new();
                for name in LOGGED.scan(tx).keys() {
                    let name = name?;
                    if let Some(bucket) = BUCKETS.get(tx, name.as_str())? {
                        known.insert(name, bucket.owner.account);
                    }
                }
                Ok::<_, Fail>(known)
            })?;
        let on = AtomicBool::new(!known.is_empty());
        let log = Arc::new(Log { on, buckets: RwLock::new(known), queue });
        let parts = house.parts.clone();
        house.parts.spawn("s3 access log", async move { write_all(&parts, lines).await });
        let watch: Arc<dyn Watch> = Arc::clone(&log) as Arc<dyn Watch>;
        house.parts.set_ext(Arc::new(Watcher { service: s3_api::SERVICE.name, watch }));
        house.jobs.register_long(DELIVER, |ctx, job| async move {
            let delivered = deliver::deliver(&ctx, &job.key).await;
            delivered.map_err(|fail| anyhow::anyhow!("{}: {}", fail.code(), fail.message()))
        });
        Ok(log)
    }

    /// Notes in a transaction whether a bucket is logged; [`Log::set`] must follow it.
    pub fn keep(tx: &WriteTx<'_>, bucket: &str, logged: bool) -> Result<()> {
        match logged {
            true => LOGGED.put(tx, bucket, &1)?,
            false => _ = LOGGED.delete(tx, bucket)?,
        }
        Ok(())
    }

    /// Begins or ends to log a bucket.
    pub fn set(&self, bucket: &str, owner: Option<AccountId>) {
        let mut buckets = self.buckets.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        match owner {
            Some(owner) => _ = buckets.insert(bucket.to_owned(), owner),
            None => _ = buckets.remove(bucket),
        }
        self.on.store(!buckets.is_empty(), Ordering::Release);
    }

    /// Logs nothing any more.
    pub fn clear(&self) {
        let mut buckets = self.buckets.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        buckets.clear();
        self.on.store(false, Ordering::Release);
    }

    fn owner(&self, bucket: &str) -> Option<AccountId> {
        let buckets = self.buckets.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        buckets.get(bucket).copied()
    }
}

impl Watch for Log {
    fn is_on(&self) -> bool {
        self.on.load(Ordering::Acquire)
    }

    fn seen(&self, seen: Seen) {
        let named = seen.labels.iter().find(|(name, _)| *name == "Bucket");
        let Some(bucket) = named.map(|(_, bucket)| bucket.clone()) else { return };
        // By whatever name it was asked for.
        let behind = seen.ctx.ext::<Points>().map(|points| points.behind_name(&seen.ctx, &bucket));
        let (bucket, point) = match behind {
            Some(Ok(Some((bucket, point)))) => (bucket, Some(point)),
            _ => (bucket, None),
        };
        let Some(owner) = self.owner(&bucket) else { return };
        let line = line::write(&seen, owner, &bucket, point.as_deref());
        if self.queue.try_send(Entry { bucket, at: seen.began, line }).is_err() {
            tracing::warn!("lines of access logs are left out: too many wait");
        }
    }
}

/// Writes lines as they come, as many at a time as wait; what is there when the server stops too.
async fn write_all(parts: &PlatformParts, mut lines: Receiver<Entry>) {
    let stopping = parts.shutdown_token().clone();
    let mut batch = Vec::new();
    loop {
        let stopped = tokio::select! {
            count = lines.recv_many(&mut batch, BATCH) => count == 0,
            () = stopping.cancelled() => {
                while let Ok(entry) = lines.try_recv() {
                    batch.push(entry);
                }
                true
            }
        };
        if !batch.is_empty() {
            let entries = std::mem::take(&mut batch);
            let scope = Scope::default();
            let written = parts.store().write(&scope, |tx| put(parts, tx, entries));
            if let Err(fail) = written.await {
                tracing::warn!("lines of access logs are lost: {}", fail.message());
            }
        }
        if stopped {
            return;
        }
    }
}

fn put(parts: &PlatformParts, tx: &WriteTx<'_>, entries: Vec<Entry>) -> Result<(), Fail> {
    let now = parts.clock().now();
    let mut by_bucket: BTreeMap<String, Lines> = BTreeMap::new();
    for Entry { bucket, at, line } in entries {
        by_bucket.entry(bucket).or_default().lines.push((at, line));
    }
    for (bucket, lines) in by_bucket {
        LINES.put(tx, &(bucket.as_str(), now, parts.ids().hex(16).as_str()), &lines)?;
        let job = JobKey::new(DELIVER, bucket);
        if state(tx, &job)?.is_none() {
            schedule(tx, &job, now + DELAY, Vec::new())?;
        }
    }
    Ok(())
}
