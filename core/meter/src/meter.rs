//! Adding usage up and reading it back.

use std::{collections::HashMap, mem, sync::Arc, time::Duration};

use aquifer_ctx::{MeterSink, PlatformParts, Unit, Usage};
use aquifer_store::{Row, Store, StoreError, Table};
use aquifer_types::Scope;
use parking_lot::{Mutex, RwLock};
use serde::{Deserialize, Serialize};

use crate::{
    Line, Period, Prices, Used,
    bill::{bill, day_of, day_start, first_day_needed},
};

/// Day, owner, service with operation, unit, resource.
type Key = (u32, Scope, (String, String), String, String);

static USAGE: Table<Key, Sum> = Table::global("meter.usage");

/// How long usage may wait in memory, in virtual time.
const INTERVAL: Duration = Duration::from_secs(5);
/// Sums in memory beyond this leave the resource out, so that memory stays bounded.
const SUMS_MAX: usize = 50_000;
/// Rows of one store transaction.
const ROWS_MAX: usize = 1_000;

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Sum {
    quantity: f64,
    billable: f64,
}

impl Row for Sum {}

impl Sum {
    fn add(&mut self, other: Sum) {
        self.quantity += other.quantity;
        self.billable += other.billable;
    }
}

/// Usage of a server.
pub struct Meter {
    sums: Mutex<HashMap<Key, Sum>>,
    prices: RwLock<Arc<Prices>>,
}

impl Meter {
    /// A meter with a price table.
    pub fn new(prices: Prices) -> Meter {
        Meter { sums: Mutex::default(), prices: RwLock::new(Arc::new(prices)) }
    }

    /// The price table in force.
    pub fn prices(&self) -> Arc<Prices> {
        self.prices.read().clone()
    }

    /// Puts another price table in force, for past usage too. Minimums and rounding of single
    /// reports were applied when they came in.
    pub fn set_prices(&self, prices: Prices) {
        *self.prices.write() = Arc::new(prices);
    }

    /// Becomes the platform's meter and stores usage on an interval until shutdown.
    pub fn start(self: &Arc<Self>, parts: &PlatformParts) {
        parts.set_meter(self.clone());
        let (meter, platform) = (self.clone(), parts.clone());
        parts.spawn("meter", async move {
            loop {
                tokio::select! {
                    () = platform.clock().sleep(INTERVAL) => {}
                    () = platform.shutdown_token().cancelled() => {}
                }
                if let Err(error) = meter.flush(platform.store()).await {
                    tracing::warn!(%error, "usage could not be stored; it is kept in memory");
                }
                if platform.shutdown_token().is_cancelled() {
                    return;
                }
            }
        });
    }

    /// Stores what was added up.
    ///
    /// # Errors
    /// If the store cannot be written; what is not stored stays in memory.
    pub async fn flush(&self, store: &Store) -> Result<(), StoreError> {
        let mut sums: Vec<_> = mem::take(&mut *self.sums.lock()).into_iter().collect();
        let scope = Scope::default();
        while !sums.is_empty() {
            let rows = &sums[sums.len().saturating_sub(ROWS_MAX)..];
            let written = store.write(&scope, |tx| {
                for (key, sum) in rows {
                    let mut total = USAGE.get(tx, key)?.unwrap_or_default();
                    total.add(*sum);
                    USAGE.put(tx, key, &total)?;
                }
                Ok(())
            });
            if let Err(error) = written.await {
                let mut kept = self.sums.lock();
                sums.into_iter().for_each(|(key, sum)| kept.entry(key).or_default().add(sum));
                return Err(error);
            }
            sums.truncate(sums.len().saturating_sub(ROWS_MAX));
        }
        Ok(())
    }

    /// Usage of a period by day, as counted.
    ///
    /// # Errors
    /// If the store cannot be written or read.
    pub async fn usage(&self, store: &Store, period: &Period) -> Result<Vec<Used>, StoreError> {
        self.usage_since(store, period, day_of(period.from)).await
    }

    /// What a period costs.
    ///
    /// # Errors
    /// If the store cannot be written or read.
    pub async fn bill(&self, store: &Store, period: &Period) -> Result<Vec<Line>, StoreError> {
        let used = self.usage_since(store, period, first_day_needed(period)).await?;
        Ok(bill(&self.prices(), period, &used))
    }

    /// Forgets what is in memory; a reset of the store does the rest.
    pub fn clear(&self) {
        self.sums.lock().clear();
    }

    async fn usage_since(
        &self,
        store: &Store,
        period: &Period,
        first: u32,
    ) -> Result<Vec<Used>, StoreError> {
        self.flush(store).await?;
        let last = day_of(period.to);
        let mut used = Vec::new();
        let mut reached: Option<Key> = None;
        loop {
            // A page at a time, so that writers get between.
            let page = store.read(&Scope::default(), |tx| {
                let scan = USAGE.scan(tx).from_prefix(&(first,)).through_prefix(&(last,));
                match &reached {
                    Some(key) => scan.after(key).page(ROWS_MAX),
                    None => scan.page(ROWS_MAX),
                }
            })?;
            reached = page.rows.last().map(|(key, _)| key.clone());
            let wanted = page.rows.into_iter().filter(|((_, scope, ..), _)| {
                period.account.is_none_or(|account| account == scope.account)
            });
            used.extend(wanted.filter_map(|(key, sum)| used_of(key, sum)));
            if !page.more {
                break;
            }
        }
        Ok(used)
    }
}

/// None if a later version counted a unit unknown here.
fn used_of(key: Key, Sum { quantity, billable }: Sum) -> Option<Used> {
    let (day, scope, (service, operation), unit, resource) = key;
    let (day, unit) = (day_start(day), Unit::from_name(&unit)?);
    Some(Used { day, scope, service, operation, unit, resource, quantity, billable })
}

impl MeterSink for Meter {
    fn record(&self, usage: &Usage<'_>) {
        // A negative or endless report is a mistake that would spoil the sums for good.
        if !usage.quantity.is_finite() || usage.quantity < 0.0 {
            tracing::warn!(?usage, "a report of usage makes no sense");
            return;
        }
        let prices = self.prices();
        let price = prices.find(usage.service, usage.operation, usage.unit);
        let quantity = usage.quantity;
        let billable = price.map_or(quantity, |price| price.billable(quantity));
        let mut sums = self.sums.lock();
        let resource = if sums.len() < SUMS_MAX { usage.resource } else { "" };
        let key = (
            day_of(usage.at),
            usage.scope.clone(),
            (usage.service.to_owned(), usage.operation.to_owned()),
            usage.unit.as_str().to_owned(),
            resource.to_owned(),
        );
        sums.entry(key).or_default().add(Sum { quantity, billable });
    }
}

#[cfg(test)]
mod tests {
    use aquifer_ctx::{Clock, Ctx, Ids};
    use aquifer_store::{Backend, Durability, StoreOptions};
    use aquifer_types::Timestamp;

    use super::*;

    fn start() -> (Ctx, Arc<Meter>) {
        let options = StoreOptions { backend: Backend::Memory, durability: Durability::Strict };
        let store = Store::open(options).unwrap();
        let clock = Clock::starting_at(Timestamp::parse_rfc3339("2026-01-30T12:00:00Z").unwrap());
        let parts = PlatformParts::new(store, clock, Ids::seeded(1));
        let meter = Arc::new(Meter::new(Prices::standard()));
        parts.set_meter(meter.clone());
        (Ctx::root(&parts, Scope::default()), meter)
    }

    fn until_now(ctx: &Ctx, days: u32) -> Period {
        let from = ctx.now() - Duration::from_secs(86_400) * days;
        Period { account: None, from, to: ctx.now() }
    }

    fn amount(lines: &[Line], usage_type: &str) -> f64 {
        lines.iter().filter(|line| line.usage_type == usage_type).map(|line| line.amount).sum()
    }

    #[tokio::test]
    async fn totals_equal_the_hand_count() {
        let (ctx, meter) = start();
        let put = ctx.with_operation("s3", "PutObject");
        for bucket in ["a", "b", "a"] {
            put.meter(Unit::Requests, 1.0, bucket);
        }
        meter.flush(ctx.store()).await.unwrap();
        put.meter(Unit::Requests, 1.0, "a");
        put.meter(Unit::Requests, f64::NAN, "a");
        ctx.with_operation("kinesis", "PutRecord").meter(Unit::Items, 7.0, "s");
        let used = meter.usage(ctx.store(), &until_now(&ctx, 0)).await.unwrap();
        let counted: Vec<_> =
            used.iter().map(|u| (u.service.as_str(), u.resource.as_str(), u.quantity)).collect();
        assert_eq!(counted, [("kinesis", "s", 7.0), ("s3", "a", 3.0), ("s3", "b", 1.0)]);

        let bill = meter.bill(ctx.store(), &until_now(&ctx, 0)).await.unwrap();
        assert_eq!(bill[0].usage_type, "Unpriced-items");
        assert_eq!((bill[1].quantity, bill[1].amount), (0.004, 0.004 * 0.005));
        let other = Period { account: Some("000000000009".parse().unwrap()), ..until_now(&ctx, 0) };
        assert!(meter.bill(ctx.store(), &other).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn each_query_has_its_minimum_and_prices_can_be_replaced() {
        let (ctx, meter) = start();
        let query = ctx.with_operation("athena", "StartQueryExecution");
        for _ in 0..100 {
            query.meter(Unit::BytesScanned, 10.0, "primary");
        }
        let period = until_now(&ctx, 0);
        let bill = meter.bill(ctx.store(), &period).await.unwrap();
        let terabytes = 100.0 * 10.0 / 1_048_576.0;
        assert!((amount(&bill, "DataScannedInTB") - terabytes * 5.0).abs() < 1e-12);
        let table = include_str!("../prices.toml").replace("price = 5.0", "price = 50.0");
        meter.set_prices(Prices::parse(&table).unwrap());
        let bill = meter.bill(ctx.store(), &period).await.unwrap();
        assert!((amount(&bill, "DataScannedInTB") - terabytes * 50.0).abs() < 1e-12);
    }

    #[tokio::test]
    async fn free_units_last_a_month_and_go_to_the_first_days() {
        let (ctx, meter) = start();
        let get = ctx.with_operation("s3", "GetObject");
        let gigabyte = f64::from(1 << 30);
        // 30 January, 31 January, 1 February: 80 GB each, of which 100 a month are free.
        for _ in 0..3 {
            get.meter(Unit::BytesOut, 80.0 * gigabyte, "b");
            ctx.clock().advance(Duration::from_secs(86_400));
        }
        let to = ctx.now() - Duration::from_secs(86_400);
        let paid = async |days: u32| {
            let from = to - Duration::from_secs(86_400) * days;
            let lines = meter.bill(ctx.store(), &Period { account: None, from, to }).await.unwrap();
            amount(&lines, "DataTransfer-Out-Bytes") / 0.09
        };
        assert!((paid(2).await - 60.0).abs() < 1e-9, "160 in January, 100 of them free");
        assert!((paid(1).await - 60.0).abs() < 1e-9, "the 30th has used 80 of the free ones");
        assert!(paid(0).await.abs() < 1e-9, "February begins anew");
    }

    #[tokio::test]
    async fn usage_is_stored_at_the_latest_when_the_server_ends() {
        let (ctx, _) = start();
        let meter = Arc::new(Meter::new(Prices::standard()));
        let parts = PlatformParts::new(ctx.store().clone(), ctx.clock().clone(), Ids::seeded(2));
        meter.start(&parts);
        let ctx = Ctx::root(&parts, Scope::default()).with_operation("s3", "PutObject");
        ctx.meter(Unit::Requests, 2.0, "b");
        assert!(parts.shut_down(Duration::from_secs(5)).await);
        let again = Meter::new(Prices::standard());
        let used = again.usage(ctx.store(), &until_now(&ctx, 0)).await.unwrap();
        assert_eq!(used[0].quantity, 2.0);
    }
}
