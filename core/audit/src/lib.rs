//! What happened: one event per request, the last ones kept in memory and in the store.
//!
//! This is the record the console and the trail service read. It is not the log for operators and
//! holds of requests only what their services name as fit to be kept.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use aquifer_ctx::{Ctx, PlatformParts};
use aquifer_store::{Row, Store, StoreError, Table};
use aquifer_types::{AccountId, Region, Scope, Timestamp};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

/// Events kept in the store, by their number.
static EVENTS: Table<u64, Event> = Table::global("audit.events");

/// Events kept. Older ones go; a trail delivers what must stay.
const EVENTS_MAX: usize = 10_000;
/// Events waiting to be stored; beyond this the oldest wait no longer and are in memory only.
const WAITING_MAX: usize = 10_000;
/// How long events may wait in memory, in virtual time.
const INTERVAL: Duration = Duration::from_secs(2);
/// Old events removed in one go.
const REMOVED_MAX: usize = 1_000;

/// One request as it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When it ended, in virtual time.
    pub time: Timestamp,
    /// Whose resources.
    pub account: AccountId,
    /// The region called.
    pub region: Region,
    /// Who asked: an ARN, a service's host name, or `ANONYMOUS`.
    pub principal: String,
    /// The access key id it was signed with.
    #[serde(default)]
    pub access_key_id: Option<String>,
    /// The service, such as `s3`.
    pub service: String,
    /// The operation, such as `PutObject`.
    pub operation: String,
    /// The resource acted on, where the request names one.
    #[serde(default)]
    pub resource: Option<String>,
    /// What the request said, where its service has that recorded.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, Parameter>,
    /// The error code it ended with.
    #[serde(default)]
    pub error: Option<String>,
    /// The sentence that went with the error.
    #[serde(default)]
    pub error_message: Option<String>,
    /// The id in the answer.
    pub request_id: String,
    /// Whether the operation only reads.
    pub read_only: bool,
    /// Where it came from.
    #[serde(default)]
    pub source_ip: Option<String>,
    /// The endpoint of a private network that it came by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc_endpoint: Option<String>,
    /// What the client calls itself.
    #[serde(default)]
    pub user_agent: Option<String>,
}

impl Row for Event {}

/// What a request said under one name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Parameter {
    /// A text or a number.
    Text(String),
    /// Names and values.
    Pairs(BTreeMap<String, String>),
}

impl Event {
    /// The event of the request `ctx` served.
    pub fn of(ctx: &Ctx, read_only: bool) -> Event {
        Event {
            time: ctx.now(),
            account: ctx.scope().account,
            region: ctx.region().clone(),
            principal: ctx.caller().display_name().to_owned(),
            access_key_id: ctx.session().and_then(|session| session.access_key_id.clone()),
            service: ctx.service().to_owned(),
            operation: ctx.operation().to_owned(),
            resource: None,
            parameters: BTreeMap::new(),
            error: None,
            error_message: None,
            request_id: ctx.request_id().to_owned(),
            read_only,
            source_ip: ctx.source_ip().map(|ip| ip.to_string()),
            vpc_endpoint: ctx.passage().map(|passage| passage.endpoint.clone()),
            user_agent: ctx.user_agent().map(Into::into),
        }
    }
}

/// The record of requests.
pub struct Audit {
    recent: Mutex<VecDeque<(u64, Event)>>,
    waiting: Mutex<VecDeque<(u64, Event)>>,
    next: AtomicU64,
    /// No stored event has a lower number.
    oldest: AtomicU64,
    keep_reads: AtomicBool,
}

impl Audit {
    /// The record as a store has it.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn open(store: &Store) -> Result<Audit, StoreError> {
        let page =
            store.read(&Scope::default(), |tx| EVENTS.scan(tx).reverse().page(EVENTS_MAX))?;
        let next = page.rows.first().map_or(1, |(number, _)| number + 1);
        Ok(Audit {
            recent: Mutex::new(page.rows.into_iter().rev().collect()),
            waiting: Mutex::default(),
            next: AtomicU64::new(next),
            oldest: AtomicU64::new(0),
            keep_reads: AtomicBool::new(false),
        })
    }

    /// Whether requests that only read are stored too, and not kept in memory alone.
    pub fn keep_reads(&self, keep: bool) {
        self.keep_reads.store(keep, Ordering::Relaxed);
    }

    /// Adds an event. Does not block and does not store: [`Audit::flush`] does.
    pub fn record(&self, event: Event) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        if !event.read_only || self.keep_reads.load(Ordering::Relaxed) {
            let mut waiting = self.waiting.lock();
            if waiting.len() >= WAITING_MAX {
                waiting.pop_front();
            }
            waiting.push_back((number, event.clone()));
        }
        let mut recent = self.recent.lock();
        if recent.len() >= EVENTS_MAX {
            recent.pop_front();
        }
        recent.push_back((number, event));
    }

    /// The newest events that `keep` wants, newest first.
    pub fn recent(&self, limit: usize, keep: impl Fn(&Event) -> bool) -> Vec<Event> {
        let recent = self.recent.lock();
        let wanted = recent.iter().rev().map(|(_, event)| event).filter(|event| keep(event));
        wanted.take(limit).cloned().collect()
    }

    /// Stores events on a short interval until shutdown.
    pub fn start(self: &Arc<Self>, parts: &PlatformParts) {
        let (audit, platform) = (self.clone(), parts.clone());
        parts.spawn("audit", async move {
            loop {
                tokio::select! {
                    () = platform.clock().sleep(INTERVAL) => {}
                    () = platform.shutdown_token().cancelled() => {}
                }
                if let Err(error) = audit.flush(platform.store()).await {
                    tracing::warn!(%error, "events could not be stored; they are tried again");
                }
                if platform.shutdown_token().is_cancelled() {
                    return;
                }
            }
        });
    }

    /// Stores what waits and removes what is too old. Called on a short interval and at the end.
    ///
    /// # Errors
    /// If the store cannot be written; what waited is tried again.
    pub async fn flush(&self, store: &Store) -> Result<(), StoreError> {
        let batch: Vec<_> = self.waiting.lock().drain(..).collect();
        if batch.is_empty() {
            return Ok(());
        }
        let end = self.next.load(Ordering::Relaxed).saturating_sub(EVENTS_MAX as u64);
        let scope = Scope::default();
        let written = store.write(&scope, |tx| {
            for (number, event) in &batch {
                EVENTS.put(tx, number, event)?;
            }
            // Not from the first key: what was removed lately still costs a scan its time.
            let mut oldest = self.oldest.load(Ordering::Relaxed);
            let old = EVENTS.scan(tx).from(&oldest).until(&end).keys().take(REMOVED_MAX);
            for number in old {
                let number = number?;
                EVENTS.delete(tx, &number)?;
                oldest = number + 1;
            }
            Ok::<_, StoreError>(oldest)
        });
        let written = written.await.map(|oldest| self.oldest.store(oldest, Ordering::Relaxed));
        if written.is_err() {
            let mut waiting = self.waiting.lock();
            for event in batch.into_iter().rev() {
                waiting.push_front(event);
            }
            let excess = waiting.len().saturating_sub(WAITING_MAX);
            waiting.drain(..excess);
        }
        written
    }

    /// Forgets all events in memory; a reset of the store does the rest.
    pub fn clear(&self) {
        self.recent.lock().clear();
        self.waiting.lock().clear();
    }
}

#[cfg(test)]
mod tests {
    use aquifer_ctx::{Clock, Ids};
    use aquifer_store::{Backend, Durability, StoreOptions};

    use super::*;

    fn ctx() -> Ctx {
        let options = StoreOptions { backend: Backend::Memory, durability: Durability::Strict };
        let parts = PlatformParts::new(Store::open(options).unwrap(), Clock::new(), Ids::seeded(1));
        Ctx::root(&parts, Scope::default()).with_operation("s3", "PutObject")
    }

    #[tokio::test]
    async fn writes_survive_a_restart_and_reads_are_recent_only() {
        let ctx = ctx();
        let audit = Audit::open(ctx.store()).unwrap();
        let pairs = BTreeMap::from([("table".to_owned(), "orders".to_owned())]);
        let parameters = BTreeMap::from([
            ("KeyId".to_owned(), Parameter::Text("alias/a".to_owned())),
            ("EncryptionContext".to_owned(), Parameter::Pairs(pairs)),
        ]);
        let error = Some("AccessDenied".to_owned());
        let denied = Event { error, parameters, ..Event::of(&ctx, false) };
        audit.record(denied.clone());
        audit.record(Event::of(&ctx.with_operation("s3", "GetObject"), true));
        assert_eq!(audit.recent(10, |_| true)[0].operation, "GetObject");
        audit.flush(ctx.store()).await.unwrap();

        let again = Audit::open(ctx.store()).unwrap();
        assert_eq!(again.recent(10, |_| true), [denied]);
        again.record(Event::of(&ctx, false));
        again.flush(ctx.store()).await.unwrap();
        assert_eq!(Audit::open(ctx.store()).unwrap().recent(10, |_| true).len(), 2);
    }

    #[tokio::test]
    async fn only_the_last_events_are_kept() {
        let ctx = ctx();
        let audit = Audit::open(ctx.store()).unwrap();
        for number in 0..EVENTS_MAX + 5 {
            let resource = Some(number.to_string());
            audit.record(Event { resource, ..Event::of(&ctx, false) });
            if number % 5_000 == 0 {
                audit.flush(ctx.store()).await.unwrap();
            }
        }
        audit.flush(ctx.store()).await.unwrap();
        let again = Audit::open(ctx.store()).unwrap();
        let kept = again.recent(usize::MAX, |_| true);
        assert_eq!(kept.len(), EVENTS_MAX);
        assert_eq!(kept.last().unwrap().resource.as_deref(), Some("5"));
    }
}
