//! Throughput limits: token buckets per account, region, service and operation, on the virtual
//! clock.
//!
//! Off unless enabled, for all services or for some. Hard limits (sizes, counts, formats) always hold
//! and belong to their services; [`Bounds`] are those of them that this server has otherwise.

mod bounds;

use std::{
    collections::{HashMap, HashSet},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use aquifer_ctx::Ctx;
use aquifer_types::{Scope, Timestamp};
use parking_lot::{Mutex, RwLock};

pub use bounds::Bounds;

/// Full buckets are forgotten when there are more than this.
const BUCKETS_MAX: usize = 10_000;

/// How fast an operation may be called.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Requests a second, in the long run.
    pub per_second: f64,
    /// Requests at once, after a rest.
    pub burst: f64,
}

/// A request over its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throttled {
    /// After this much virtual time one more request is allowed.
    pub retry_after: Duration,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Whose {
    scope: Scope,
    service: String,
    /// Or what several share; none for what all operations without a rate of their own do.
    operation: Option<String>,
}

#[derive(Default)]
struct Table {
    /// By service, then operation; none for the operations not listed.
    rates: HashMap<String, HashMap<Option<String>, Rate>>,
    all: bool,
    services: HashSet<String>,
}

/// The limits of a server.
#[derive(Default)]
pub struct Limits {
    table: RwLock<Table>,
    buckets: Mutex<HashMap<Whose, Bucket>>,
    /// Whether anything is enabled, so that the usual request takes no lock.
    enabled: AtomicBool,
}

impl Limits {
    /// No rates, nothing enabled.
    pub fn new() -> Limits {
        Limits::default()
    }

    /// Sets the rate of an operation, or of all operations of a service without their own.
    pub fn set_rate(&self, service: &str, operation: Option<&str>, rate: Rate) {
        let mut table = self.table.write();
        let rates = table.rates.entry(service.to_owned()).or_default();
        rates.insert(operation.map(Into::into), rate);
    }

    /// Every rate: the service, the operation, how fast; in order of their names.
    pub fn rates(&self) -> Vec<(String, Option<String>, Rate)> {
        let table = self.table.read();
        let services = table.rates.iter().flat_map(|(service, rates)| {
            rates.iter().map(|(operation, rate)| (service.clone(), operation.clone(), *rate))
        });
        let mut rates: Vec<_> = services.collect();
        rates.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
        rates
    }

    /// Forgets all rates, and what was taken of them.
    pub fn clear(&self) {
        self.table.write().rates.clear();
        self.buckets.lock().clear();
    }

    /// Turns limits on or off for all services.
    pub fn enable_all(&self, on: bool) {
        let mut table = self.table.write();
        table.all = on;
        self.note_enabled(&table);
    }

    /// Turns limits on or off for one service; on for all counts too.
    pub fn enable(&self, service: &str, on: bool) {
        let mut table = self.table.write();
        if on {
            table.services.insert(service.to_owned());
        } else {
            table.services.remove(service);
        }
        self.note_enabled(&table);
    }

    /// Whether limits hold for a service.
    pub fn is_enabled(&self, service: &str) -> bool {
        let table = self.table.read();
        table.all || table.services.contains(service)
    }

    /// Whether any limit holds: where none does, nobody need ask.
    pub fn any(&self) -> bool {
        self.enabled.load(Ordering::Acquire)
    }

    /// Takes one token for the request `ctx` is serving, of those that the requests called `shared`
    /// have together if that is said.
    ///
    /// # Errors
    /// [`Throttled`], when there is none.
    pub fn check(&self, ctx: &Ctx, shared: Option<String>) -> Result<(), Throttled> {
        if !self.any() {
            return Ok(());
        }
        let Some((rate, own)) = self.rate(ctx.service(), ctx.operation()) else { return Ok(()) };
        let (scope, service) = (ctx.scope().clone(), ctx.service().to_owned());
        let whose = Whose { scope, service, operation: shared.or(own) };
        self.take_of(whose, rate, 1.0, ctx.now())
    }

    /// Takes `cost` tokens; services whose limits count bytes or capacity units use it directly.
    ///
    /// # Errors
    /// [`Throttled`], when there are not as many.
    pub fn take(
        &self,
        scope: &Scope,
        service: &str,
        operation: &str,
        cost: f64,
        now: Timestamp,
    ) -> Result<(), Throttled> {
        let Some((rate, operation)) = self.rate(service, operation) else { return Ok(()) };
        let whose = Whose { scope: scope.clone(), service: service.to_owned(), operation };
        self.take_of(whose, rate, cost, now)
    }

    fn take_of(
        &self,
        whose: Whose,
        rate: Rate,
        cost: f64,
        now: Timestamp,
    ) -> Result<(), Throttled> {
        let mut buckets = self.buckets.lock();
        if buckets.len() >= BUCKETS_MAX {
            // A rested bucket is full again, so forgetting it changes nothing.
            let rested = |bucket: &Bucket| now.since(bucket.at) < Duration::from_secs(60);
            buckets.retain(|_, bucket| rested(bucket));
        }
        let full = Bucket { tokens: rate.burst, at: now };
        let bucket = buckets.entry(whose).or_insert(full);
        let earned = now.since(bucket.at).as_secs_f64() * rate.per_second;
        bucket.tokens = (bucket.tokens + earned).min(rate.burst);
        bucket.at = bucket.at.max(now);
        if bucket.tokens >= cost {
            bucket.tokens -= cost;
            return Ok(());
        }
        let seconds = (cost - bucket.tokens) / rate.per_second;
        let retry_after = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
        Err(Throttled { retry_after })
    }

    /// The rate that holds for an operation, and whether it is the operation's own.
    fn rate(&self, service: &str, operation: &str) -> Option<(Rate, Option<String>)> {
        let table = self.table.read();
        if !table.all && !table.services.contains(service) {
            return None;
        }
        let rates = table.rates.get(service)?;
        let own = Some(operation.to_owned());
        match rates.get(&own) {
            Some(rate) => Some((*rate, own)),
            None => Some((*rates.get(&None)?, None)),
        }
    }

    fn note_enabled(&self, table: &Table) {
        self.enabled.store(table.all || !table.services.is_empty(), Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use aquifer_ctx::{Clock, Ids, PlatformParts};
    use aquifer_store::{Backend, Durability, Store, StoreOptions};

    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(1_000_000 + millis)
    }

    fn limits() -> Limits {
        let limits = Limits::new();
        limits.set_rate("kinesis", Some("PutRecord"), Rate { per_second: 2.0, burst: 4.0 });
        limits.set_rate("kinesis", None, Rate { per_second: 1.0, burst: 1.0 });
        limits
    }

    #[test]
    fn a_burst_passes_and_the_clock_gives_it_back() {
        let limits = limits();
        limits.enable("kinesis", true);
        let scope = Scope::default();
        let put = |millis| limits.take(&scope, "kinesis", "PutRecord", 1.0, at(millis));
        for _ in 0..4 {
            put(0).unwrap();
        }
        assert_eq!(put(0), Err(Throttled { retry_after: Duration::from_millis(500) }));
        put(500).unwrap();
        assert!(put(600).is_err());
        // A long rest fills the bucket once, not more.
        for _ in 0..4 {
            put(100_000).unwrap();
        }
        assert!(put(100_000).is_err());
    }

    #[tokio::test]
    async fn requests_that_share_a_limit_are_counted_together_and_others_are_not() {
        let options = StoreOptions { backend: Backend::Memory, durability: Durability::Strict };
        let parts = PlatformParts::new(
            Store::open(options).unwrap(),
            Clock::starting_at(Timestamp::from_secs(1_000_000)),
            Ids::seeded(1),
        );
        let limits = Limits::new();
        for operation in ["PutObject", "DeleteObject"] {
            limits.set_rate("s3", Some(operation), Rate { per_second: 0.01, burst: 2.0 });
        }
        limits.enable_all(true);
        let allowed = |operation, prefix: &str| {
            let ctx = Ctx::root(&parts, Scope::default()).with_operation("s3", operation);
            limits.check(&ctx, Some(prefix.to_owned())).is_ok()
        };
        assert!(allowed("PutObject", "b/x") && allowed("DeleteObject", "b/x"));
        assert!(!allowed("PutObject", "b/x") && !allowed("DeleteObject", "b/x"));
        assert!(allowed("PutObject", "b/y"));
    }

    #[test]
    fn limits_hold_only_where_enabled_and_accounts_do_not_share() {
        let limits = limits();
        let (a, b) = (Scope::default(), Scope::default().in_region("eu-west-1".parse().unwrap()));
        let list = |scope| limits.take(scope, "kinesis", "ListStreams", 1.0, at(0)).is_ok();
        assert!(list(&a) && list(&a));
        limits.enable_all(true);
        assert!(list(&a) && !list(&a) && list(&b));
        // Operations without a rate of their own share one bucket.
        assert!(limits.take(&a, "kinesis", "DescribeStream", 1.0, at(0)).is_err());
        assert!(limits.take(&a, "s3", "PutObject", 1.0, at(0)).is_ok());
        limits.enable_all(false);
        assert!(list(&a));
    }
}
