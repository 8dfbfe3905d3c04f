//! Runs due jobs in the order of their due times.
//!
//! Short jobs run one after another, so that what a clock moved far ahead makes due happens in
//! order. Long ones run beside them; a long job still running does not hold up those due later.

use std::{
    collections::{HashMap, HashSet},
    future::Future,
    panic::AssertUnwindSafe,
    sync::{Arc, OnceLock},
    time::Duration,
};

use anyhow::anyhow;
use aquifer_ctx::{Ctx, PlatformParts};
use aquifer_store::{StoreError, Table};
use aquifer_types::{Scope, Timestamp};
use futures::{FutureExt, future::BoxFuture};
use parking_lot::{Mutex, RwLock};
use tokio::sync::watch;

use crate::{
    outbox::{self, Delivery},
    table::{self, Identity, Picked},
};

/// Long jobs at once; more wait.
const LONG_MAX: usize = 32;
/// A short job that takes longer than this of real time has failed, since all others wait for it.
const SHORT_PATIENCE: Duration = Duration::from_secs(300);
/// The first wait after a failure, in virtual time; it doubles with each.
const BACKOFF_FIRST: Duration = Duration::from_secs(1);
/// The longest wait after a failure.
const BACKOFF_MAX: Duration = Duration::from_secs(3600);
/// A recorded error is cut after this many characters.
const ERROR_LENGTH_MAX: usize = 1000;

/// A job as its handler sees it.
#[derive(Debug, Clone)]
pub struct Job {
    /// The key it was scheduled under.
    pub key: String,
    /// When it was due; the clock may show later. Not moved by failures.
    pub due: Timestamp,
    /// What was scheduled with it.
    pub payload: Vec<u8>,
    /// How often it failed before.
    pub failures: u32,
}

type Run = Arc<dyn Fn(Ctx, Job) -> BoxFuture<'static, anyhow::Result<()>> + Send + Sync>;
type Deliver = Arc<dyn Fn(Ctx, Delivery) -> BoxFuture<'static, anyhow::Result<()>> + Send + Sync>;

#[derive(Clone)]
struct Handler {
    run: Run,
    long: bool,
}

/// The handlers of jobs and what runs them. Clones share it.
#[derive(Clone)]
pub struct Jobs(Arc<Inner>);

struct Inner {
    parts: PlatformParts,
    handlers: RwLock<HashMap<&'static str, Handler>>,
    running: Mutex<HashSet<Identity>>,
    /// Told whenever a job ends.
    ended: watch::Sender<()>,
    deliver: OnceLock<Deliver>,
    /// Held while the clock is turned, which takes as long as what falls due on the way.
    turning: tokio::sync::Mutex<()>,
}

impl Jobs {
    /// The jobs of a platform; nothing runs before [`Jobs::start`].
    pub fn new(parts: &PlatformParts) -> Jobs {
        let jobs = Jobs(Arc::new(Inner {
            parts: parts.clone(),
            handlers: RwLock::default(),
            running: Mutex::default(),
            ended: watch::channel(()).0,
            deliver: OnceLock::new(),
            turning: tokio::sync::Mutex::default(),
        }));
        let weak = Arc::downgrade(&jobs.0);
        // A delivery takes as long as what it calls.
        jobs.register_long(outbox::KIND, move |ctx, job| {
            let deliver = weak.upgrade().and_then(|inner| inner.deliver.get().cloned());
            async move {
                let deliver = deliver.ok_or_else(|| anyhow!("nobody delivers calls yet"))?;
                let delivery = Delivery::decode(&job.payload)
                    .ok_or_else(|| anyhow!("the outbox entry cannot be read"))?;
                deliver(ctx, delivery).await
            }
        });
        jobs
    }

    pub(crate) fn parts(&self) -> &PlatformParts {
        &self.0.parts
    }

    pub(crate) fn turning(&self) -> &tokio::sync::Mutex<()> {
        &self.0.turning
    }

    /// Registers who runs jobs of a kind. They hold up all jobs due later: milliseconds, not
    /// minutes. A handler schedules its own next occurrence; if it does, or is scheduled anew by
    /// others, that schedule stays.
    pub fn register<F>(
        &self,
        kind: &'static str,
        handler: impl Fn(Ctx, Job) -> F + Send + Sync + 'static,
    ) where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        self.add(kind, false, handler);
    }

    /// Registers who runs jobs of a kind that take their time. They run beside others.
    pub fn register_long<F>(
        &self,
        kind: &'static str,
        handler: impl Fn(Ctx, Job) -> F + Send + Sync + 'static,
    ) where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        self.add(kind, true, handler);
    }

    /// Sets who makes the calls of the outbox. The first one set stays.
    pub fn deliver_with<F>(
        &self,
        deliver: impl Fn(Ctx, Delivery) -> F + Send + Sync + 'static,
    ) -> bool
    where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        self.0.deliver.set(Arc::new(move |ctx, delivery| deliver(ctx, delivery).boxed())).is_ok()
    }

    /// Starts running what is due, until shutdown. To be called once, after registering.
    pub fn start(&self) {
        let jobs = self.clone();
        self.0.parts.spawn("jobs", async move { jobs.run().await });
    }

    /// Waits until nothing is due by `until` and nothing runs: after the clock was moved, until
    /// everything it made due has happened. Not to be called from a job.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn settle(&self, until: Timestamp) -> Result<(), StoreError> {
        let shutdown = self.0.parts.shutdown_token();
        let mut ended = self.0.ended.subscribe();
        let mut changed = self.0.parts.store().watch(Table::name(&table::DUE));
        loop {
            ended.borrow_and_update();
            changed.borrow_and_update();
            let first = self.0.parts.store().read(&Scope::default(), table::first_due)?;
            if first.is_none_or(|due| due > until) && self.0.running.lock().is_empty() {
                return Ok(());
            }
            tokio::select! {
                _ = ended.changed() => {}
                _ = changed.changed() => {}
                () = shutdown.cancelled() => return Ok(()),
            }
        }
    }

    fn add<F>(
        &self,
        kind: &'static str,
        long: bool,
        handler: impl Fn(Ctx, Job) -> F + Send + Sync + 'static,
    ) where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        let run: Run = Arc::new(move |ctx, job| handler(ctx, job).boxed());
        self.0.handlers.write().insert(kind, Handler { run, long });
    }

    async fn run(&self) {
        let parts = &self.0.parts;
        let mut ended = self.0.ended.subscribe();
        let mut changed = parts.store().watch(Table::name(&table::DUE));
        while !parts.shutdown_token().is_cancelled() {
            ended.borrow_and_update();
            changed.borrow_and_update();
            let wake = match self.pick() {
                Ok(Ok(picked)) => {
                    self.begin(picked).await;
                    continue;
                }
                Ok(Err(next)) => next.unwrap_or(Timestamp::MAX),
                Err(error) => {
                    tracing::error!(%error, "due jobs cannot be read");
                    parts.clock().now() + BACKOFF_FIRST
                }
            };
            tokio::select! {
                () = parts.clock().sleep_until(wake) => {}
                _ = changed.changed() => {}
                _ = ended.changed() => {}
                () = parts.shutdown_token().cancelled() => {}
            }
        }
    }

    fn pick(&self) -> Result<Result<Picked, Option<Timestamp>>, StoreError> {
        let running = self.0.running.lock().clone();
        let handlers = self.0.handlers.read();
        // All that run while another is picked are long.
        let full = running.len() >= LONG_MAX;
        let free = |identity: &Identity| {
            let long = handlers.get(identity.1.as_str()).is_some_and(|handler| handler.long);
            let waits = long && full;
            !waits && !running.contains(identity)
        };
        let clock = self.0.parts.clock();
        self.0.parts.store().read(&Scope::default(), |tx| table::pick(tx, clock, free))
    }

    /// Runs a short job to its end, or starts a long one.
    async fn begin(&self, picked: Picked) {
        let handler = self.0.handlers.read().get(picked.identity.1.as_str()).cloned();
        self.0.running.lock().insert(picked.identity.clone());
        match handler {
            Some(Handler { run, long: true }) => {
                let jobs = self.clone();
                let work = async move { jobs.carry_out(picked, Some(run), Duration::MAX).await };
                self.0.parts.spawn("job", work);
            }
            Some(Handler { run, long: false }) => {
                self.carry_out(picked, Some(run), SHORT_PATIENCE).await;
            }
            None => self.carry_out(picked, None, SHORT_PATIENCE).await,
        }
    }

    async fn carry_out(&self, picked: Picked, run: Option<Run>, patience: Duration) {
        let kept = match run {
            Some(run) => match self.call(&picked, &run, patience).await {
                Ok(()) => self.finish(&picked).await,
                // What the end of the server cut off has not failed: it stays due as it is.
                Err(_) if self.0.parts.shutdown_token().is_cancelled() => Ok(()),
                Err(error) => self.put_off(&picked, &error).await,
            },
            None => self.leave(&picked).await,
        };
        if let Err(error) = kept {
            // The job runs again; not at once, since what failed will fail again.
            tracing::error!(%error, kind = picked.identity.1, "a job's end cannot be kept");
            self.0.parts.clock().sleep(BACKOFF_FIRST).await;
        }
        self.0.running.lock().remove(&picked.identity);
        self.0.ended.send_replace(());
    }

    async fn call(&self, picked: &Picked, run: &Run, patience: Duration) -> anyhow::Result<()> {
        let (scope, _, key) = &picked.identity;
        let ctx = Ctx::root(&self.0.parts, scope.clone());
        let (key, payload) = (key.clone(), picked.payload.clone());
        let job = Job { key, due: picked.due, payload, failures: picked.failures };
        // A handler may panic before its future exists.
        let work = async { run(ctx, job).await };
        match tokio::time::timeout(patience, AssertUnwindSafe(work).catch_unwind()).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(anyhow!("the handler panicked")),
            Err(_) => Err(anyhow!("it took longer than {} seconds", patience.as_secs())),
        }
    }

    /// Not waiting for the disk: if this is lost, the job runs once more.
    async fn finish(&self, picked: &Picked) -> Result<(), StoreError> {
        let store = self.0.parts.store();
        let done = store.accept(&picked.identity.0, |tx| table::finish(tx, picked)).await;
        done.map(|((), accepted)| drop(accepted))
    }

    /// Looks at a job later that no part of this server runs: a server with that part may come.
    async fn leave(&self, picked: &Picked) -> Result<(), StoreError> {
        let due = self.0.parts.clock().now() + BACKOFF_MAX;
        let said = "no part of this server runs jobs of this kind".to_owned();
        let store = self.0.parts.store();
        store.write(&picked.identity.0, |tx| table::put_off(tx, picked, due, said, false)).await
    }

    async fn put_off(&self, picked: &Picked, error: &anyhow::Error) -> Result<(), StoreError> {
        let wait = BACKOFF_FIRST * 2_u32.saturating_pow(picked.failures.min(12));
        let due = self.0.parts.clock().now() + wait.min(BACKOFF_MAX);
        let (_, kind, key) = &picked.identity;
        let said: String = format!("{error:#}").chars().take(ERROR_LENGTH_MAX).collect();
        tracing::warn!(kind, key, failures = picked.failures + 1, error = said, "a job failed");
        let store = self.0.parts.store();
        store.write(&picked.identity.0, |tx| table::put_off(tx, picked, due, said, true)).await
    }
}
