//! Queries that wait and run, in memory: who is next, how far each is, and telling one to stop.
//!
//! Queries start in the order they came, a bounded number at a time. Nothing here is durable: what
//! must outlive the process is in the rows.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use aquifer_sql::{QueryStats, QueryTotals};
use athena_api::{QueryExecution, QueryExecutionState};
use parking_lot::Mutex;
use platform::{CancellationToken, Scope};

use crate::model::{Cost, Execution};

/// At least so many run at once, whatever the machine.
const RUNNING_MIN: usize = 4;
/// More than this waiting are refused.
const WAITING_MAX: usize = 1_000;

/// A query that is not finished.
pub(crate) struct Live {
    pub scope: Scope,
    pub id: String,
    /// As it was accepted.
    pub row: Execution,
    pub cancel: CancellationToken,
    entered: Instant,
    progress: Mutex<Progress>,
}

#[derive(Default)]
struct Progress {
    started: Option<Instant>,
    stats: Option<Arc<QueryStats>>,
    /// Why it was told to stop.
    told: Option<String>,
    /// Whether its end is being kept, or is.
    settled: bool,
    /// Whether something it wrote has still to go.
    untidy: bool,
}

impl Live {
    pub(crate) fn new(
        scope: Scope,
        id: String,
        row: Execution,
        shutdown: &CancellationToken,
    ) -> Self {
        let cancel = shutdown.child_token();
        Self { scope, id, row, cancel, entered: Instant::now(), progress: Mutex::default() }
    }

    pub(crate) fn started(&self) {
        self.progress.lock().started = Some(Instant::now());
    }

    /// The engine counts here from now on.
    pub(crate) fn counts(&self, stats: &Arc<QueryStats>) {
        self.progress.lock().stats = Some(stats.clone());
    }

    /// Tells it to stop. The first reason stays.
    pub(crate) fn stop(&self, why: impl Into<String>) {
        self.progress.lock().told.get_or_insert_with(|| why.into());
        self.cancel.cancel();
    }

    /// Why it was told to stop, if it was.
    pub(crate) fn told(&self) -> Option<String> {
        self.progress.lock().told.clone()
    }

    /// Something it wrote could not be removed, or nobody tried.
    pub(crate) fn left_something(&self) {
        self.progress.lock().untidy = true;
    }

    /// Whether something it wrote has still to go.
    pub(crate) fn is_untidy(&self) -> bool {
        self.progress.lock().untidy
    }

    /// Claims the telling of its end; false if someone has.
    pub(crate) fn settle(&self) -> bool {
        !std::mem::replace(&mut self.progress.lock().settled, true)
    }

    /// What it cost up to now.
    pub(crate) fn cost(&self) -> Cost {
        let progress = self.progress.lock();
        let totals = progress.stats.as_ref().map(|stats| stats.totals()).unwrap_or_default();
        let total = self.entered.elapsed();
        let queued = progress.started.map_or(total, |started| started - self.entered);
        let running = total.saturating_sub(queued);
        cost(millis(total), millis(queued), millis(running), &totals)
    }

    /// Puts how far it is into how it looks.
    pub(crate) fn show(&self, shown: &mut QueryExecution) {
        let started = self.progress.lock().started.is_some();
        if let Some(status) = shown.status.as_mut().filter(|_| started) {
            status.state = Some(QueryExecutionState::Running);
        }
        if let Some(statistics) = shown.statistics.as_mut() {
            let cost = self.cost();
            statistics.query_queue_time_in_millis = Some(cost.queue_ms);
            statistics.total_execution_time_in_millis = Some(cost.total_ms);
            statistics.engine_execution_time_in_millis = Some(cost.engine_ms);
            statistics.query_planning_time_in_millis = Some(cost.planning_ms);
            statistics.data_scanned_in_bytes = Some(cost.scanned_bytes);
        }
    }
}

fn millis(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn cost(total_ms: i64, queue_ms: i64, running_ms: i64, totals: &QueryTotals) -> Cost {
    let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let planning_ms = millis(totals.planning).min(running_ms);
    let engine_ms = running_ms.min(millis(totals.planning + totals.execution));
    // Statements without a plan are the engine's work from start to end.
    let engine_ms = if totals.planning.is_zero() { running_ms } else { engine_ms };
    Cost {
        queue_ms,
        planning_ms,
        engine_ms,
        service_ms: running_ms - engine_ms,
        total_ms,
        scanned_bytes: count(totals.scanned.bytes),
        input_rows: count(totals.input_rows),
        output_rows: count(totals.output_rows),
        output_bytes: count(totals.output_bytes),
        reused: false,
    }
}

/// The queries of this process.
pub(crate) struct Queue {
    running_max: usize,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    /// By id: waiting, running, or ended without that being kept.
    live: HashMap<String, Arc<Live>>,
    waiting: VecDeque<Arc<Live>>,
    running: usize,
}

impl Queue {
    pub(crate) fn new(threads: usize) -> Self {
        Self { running_max: (2 * threads).max(RUNNING_MIN), inner: Mutex::default() }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.inner.lock().waiting.len() >= WAITING_MAX
    }

    /// Puts a query at the end.
    pub(crate) fn enter(&self, live: Arc<Live>) {
        let mut inner = self.inner.lock();
        inner.live.insert(live.id.clone(), live.clone());
        inner.waiting.push_back(live);
    }

    /// The query to be started now, if one may be. It counts as running until [`Queue::end`].
    pub(crate) fn next(&self) -> Option<Arc<Live>> {
        let mut inner = self.inner.lock();
        if inner.running >= self.running_max {
            return None;
        }
        let next = inner.waiting.pop_front()?;
        inner.running += 1;
        Some(next)
    }

    /// A running query ended.
    pub(crate) fn end(&self) {
        let mut inner = self.inner.lock();
        inner.running = inner.running.saturating_sub(1);
    }

    /// Forgets a query whose end is kept.
    pub(crate) fn forget(&self, id: &str) {
        self.inner.lock().live.remove(id);
    }

    /// A query that is not finished.
    pub(crate) fn find(&self, scope: &Scope, id: &str) -> Option<Arc<Live>> {
        self.inner.lock().live.get(id).filter(|live| live.scope == *scope).cloned()
    }

    /// Takes a query out of those that wait; false if it does not.
    pub(crate) fn withdraw(&self, id: &str) -> bool {
        let mut inner = self.inner.lock();
        let before = inner.waiting.len();
        inner.waiting.retain(|live| live.id != id);
        inner.waiting.len() < before
    }

    /// The unfinished queries of a workgroup.
    pub(crate) fn of_workgroup(&self, scope: &Scope, workgroup: &str) -> Vec<Arc<Live>> {
        let inner = self.inner.lock();
        let of = |live: &&Arc<Live>| live.scope == *scope && live.row.workgroup == workgroup;
        inner.live.values().filter(of).cloned().collect()
    }

    /// Stops and forgets everything: the platform is being reset.
    pub(crate) fn clear(&self) {
        let mut inner = self.inner.lock();
        inner.waiting.clear();
        for (_, live) in inner.live.drain() {
            live.cancel.cancel();
        }
    }
}
