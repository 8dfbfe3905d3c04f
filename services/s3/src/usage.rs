//! What a bucket's owner pays for: bytes kept, by the hour, and bytes that came in and went out.
//!
//! How many bytes a bucket keeps changes in the transaction that changes its rows, with what they
//! came to until then; so neither a crash nor a clock moved by a year loses or doubles an hour.
//! Parts of uploads that are not complete count as objects do. What is kept is told apart by kind:
//! by class of storage, and what a class adds to it.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/aws-usage-report-understand.html>

mod kinds;

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::future::BoxFuture;
use futures::{FutureExt, Stream};
use platform::{
    ByteStream, Bytes, Ctx, Keeper, PlatformParts, ReadTx, Result, Row, Scope, StoreError, Table,
    Timestamp, Unit, Usage, WriteTx,
};
use serde::{Deserialize, Serialize};

use crate::classes::Class;
use crate::store::BUCKETS;

pub(crate) use kinds::{Delta, Kind};

/// Bucket → what it keeps as STANDARD.
static STORED: Table<String, Stored> = Table::global("s3.stored");
/// (bucket, kind) → what it keeps of the other kinds.
static OTHERS: Table<(String, u32), Stored> = Table::global("s3.stored_kinds");

const DAY: Duration = Duration::from_secs(86_400);
/// Days told apart before they are reported; what comes after counts for the last of them.
const DAYS_MAX: usize = 400;
/// Buckets of one transaction.
const PAGE: usize = 500;

/// What a bucket keeps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Stored {
    bytes: u64,
    /// Since when; what was before is in `owed`.
    since: Timestamp,
    /// Byte-hours that are not reported yet, by the beginning of the day.
    owed: Vec<(Timestamp, f64)>,
}

impl Row for Stored {}

impl Stored {
    fn new(since: Timestamp) -> Self {
        Self { bytes: 0, since, owed: Vec::new() }
    }

    /// Lets time pass until now. A clock that was turned back bills nothing until it is here again.
    fn pass(&mut self, now: Timestamp) {
        if self.bytes == 0 {
            self.since = self.since.max(now);
        }
        while self.since < now {
            let mut day = day_of(self.since);
            let mut end = now.min(day + DAY);
            if self.owed.len() >= DAYS_MAX {
                // More than a year without a report.
                end = now;
                day = self.owed.last().map_or(day, |(last, _)| *last);
            }
            let hours = end.since(self.since).as_secs_f64() / 3600.0;
            self.owe(day, self.bytes as f64 * hours);
            self.since = end;
        }
    }

    fn owe(&mut self, day: Timestamp, byte_hours: f64) {
        match self.owed.last_mut() {
            Some((last, owed)) if *last == day => *owed += byte_hours,
            _ => self.owed.push((day, byte_hours)),
        }
    }
}

fn day_of(at: Timestamp) -> Timestamp {
    let seconds = i64::try_from(DAY.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_secs(at.as_secs().div_euclid(seconds) * seconds)
}

/// Notes what came to a bucket and what went.
pub(crate) fn change(tx: &WriteTx<'_>, now: Timestamp, bucket: &str, delta: &Delta) -> Result<()> {
    for (kind, change) in delta.changes() {
        let mut stored = stored(tx, bucket, kind)?.unwrap_or_else(|| Stored::new(now));
        stored.pass(now);
        stored.bytes = stored.bytes.saturating_add_signed(change);
        put(tx, bucket, kind, &stored)?;
    }
    if let Some((kind, byte_hours)) = delta.early() {
        let mut stored = stored(tx, bucket, kind)?.unwrap_or_else(|| Stored::new(now));
        stored.owe(day_of(now), byte_hours);
        put(tx, bucket, kind, &stored)?;
    }
    Ok(())
}

/// Whether a bucket has objects that Intelligent-Tiering watches.
pub(crate) fn has_tiers(tx: &ReadTx<'_>, bucket: &str) -> Result<bool> {
    let stored = OTHERS.get(tx, &(bucket, Kind::TieringWatched as u32))?;
    Ok(stored.is_some_and(|stored| stored.bytes > 0))
}

fn stored(tx: &WriteTx<'_>, bucket: &str, kind: Kind) -> Result<Option<Stored>, StoreError> {
    match kind {
        Kind::Standard => STORED.get(tx, bucket),
        kind => OTHERS.get(tx, &(bucket, kind as u32)),
    }
}

fn put(tx: &WriteTx<'_>, bucket: &str, kind: Kind, stored: &Stored) -> Result<(), StoreError> {
    match kind {
        Kind::Standard => STORED.put(tx, bucket, stored),
        kind => OTHERS.put(tx, &(bucket, kind as u32), stored),
    }
}

/// What is owed for a bucket, to be reported once this is durable.
#[must_use = "what is not reported is not billed"]
pub(crate) struct Owed {
    owner: Scope,
    bucket: String,
    hours: Vec<(Kind, Timestamp, f64)>,
}

impl Owed {
    fn new(owner: &Scope, bucket: &str) -> Self {
        Self { owner: owner.clone(), bucket: bucket.to_owned(), hours: Vec::new() }
    }

    fn add(&mut self, kind: Kind, owed: Vec<(Timestamp, f64)>) {
        self.hours.extend(owed.into_iter().map(|(at, hours)| (kind, at, hours)));
    }

    pub fn report(self, parts: &PlatformParts) {
        let Some(meter) = parts.meter() else { return };
        for (kind, at, quantity) in self.hours {
            meter.record(&Usage {
                at,
                scope: &self.owner,
                service: s3_api::SERVICE.name,
                operation: kind.operation(),
                unit: kind.unit(),
                quantity,
                resource: &self.bucket,
            });
        }
    }
}

/// Closes the account of a bucket that is being deleted.
pub(crate) fn close(
    tx: &WriteTx<'_>,
    now: Timestamp,
    bucket: &str,
    owner: &Scope,
) -> Result<Option<Owed>> {
    let mut all = Owed::new(owner, bucket);
    if let Some(mut stored) = STORED.get(tx, bucket)? {
        stored.pass(now);
        STORED.delete(tx, bucket)?;
        all.add(Kind::Standard, stored.owed);
    }
    let others: Vec<_> = OTHERS.scan(tx).prefix(&(bucket,)).collect::<Result<_, _>>()?;
    for (key, mut stored) in others {
        stored.pass(now);
        OTHERS.delete(tx, &key)?;
        if let Some(kind) = Kind::numbered(key.1) {
            all.add(kind, stored.owed);
        }
    }
    Ok(Some(all).filter(|all| !all.hours.is_empty()))
}

/// Reports what all buckets owe, whenever that is asked.
pub(crate) struct Keeping(pub PlatformParts);

impl Keeper for Keeping {
    fn report(&self) -> BoxFuture<'static, Result<(), StoreError>> {
        let parts = self.0.clone();
        async move { report(&parts).await }.boxed()
    }
}

async fn report(parts: &PlatformParts) -> Result<(), StoreError> {
    let store = parts.store();
    let standard = |reached: &Option<(String, u32)>| {
        store.read(&Scope::default(), |tx| {
            let page = match reached {
                Some((bucket, _)) => STORED.scan(tx).after(bucket).page(PAGE),
                None => STORED.scan(tx).page(PAGE),
            }?;
            let rows = page.rows.into_iter().map(|(bucket, stored)| ((bucket, 0), stored));
            Ok::<_, StoreError>((rows.collect(), page.more))
        })
    };
    report_pages(parts, standard).await?;
    let others = |reached: &Option<(String, u32)>| {
        store.read(&Scope::default(), |tx| {
            let page = match reached {
                Some(key) => OTHERS.scan(tx).after(key).page(PAGE),
                None => OTHERS.scan(tx).page(PAGE),
            }?;
            Ok::<_, StoreError>((page.rows, page.more))
        })
    };
    report_pages(parts, others).await
}

/// Rows of a page by bucket and kind, and whether there are more.
type Page = (Vec<((String, u32), Stored)>, bool);

async fn report_pages(
    parts: &PlatformParts,
    page: impl Fn(&Option<(String, u32)>) -> Result<Page, StoreError>,
) -> Result<(), StoreError> {
    let (store, scope) = (parts.store(), Scope::default());
    let mut reached: Option<(String, u32)> = None;
    loop {
        let now = parts.clock().now();
        let (rows, more) = page(&reached)?;
        let owing = |stored: &Stored| stored.bytes > 0 || !stored.owed.is_empty();
        let buckets = rows.iter().filter(|(_, stored)| owing(stored));
        let owed = store.write(&scope, |tx| {
            buckets.filter_map(|(key, _)| take(tx, now, key).transpose()).collect()
        });
        let owed: Vec<Owed> = owed.await?;
        owed.into_iter().for_each(|owed| owed.report(parts));
        reached = rows.into_iter().last().map(|(key, _)| key);
        if !more {
            return Ok(());
        }
    }
}

fn take(
    tx: &WriteTx<'_>,
    now: Timestamp,
    (bucket, kind): &(String, u32),
) -> Result<Option<Owed>, StoreError> {
    let Some(kind) = Kind::numbered(*kind) else { return Ok(None) };
    // Both may be gone since the page was read.
    let (Some(mut stored), Some(row)) = (stored(tx, bucket, kind)?, BUCKETS.get(tx, bucket)?)
    else {
        return Ok(None);
    };
    stored.pass(now);
    let mut owed = Owed::new(&row.owner, bucket);
    owed.add(kind, std::mem::take(&mut stored.owed));
    put(tx, bucket, kind, &stored)?;
    Ok(Some(owed))
}

/// Whether bytes of a request leave or enter the platform. What its services move between each
/// other costs nothing, nor does what goes by the endpoint of a network.
pub(crate) fn crosses(ctx: &Ctx) -> bool {
    ctx.source_ip().is_some() && ctx.called_via().is_empty() && ctx.passage().is_none()
}

/// Counts bytes that came in.
pub(crate) fn received(ctx: &Ctx, bucket: &str, bytes: u64) {
    if bytes > 0 && crosses(ctx) {
        ctx.meter(Unit::BytesIn, bytes as f64, bucket);
    }
}

/// Counts bytes that were read of a class that charges for it.
pub(crate) fn retrieved(ctx: &Ctx, bucket: &str, class: Class, bytes: u64) {
    if bytes > 0 && class.charges_reading() {
        let operation = format!("{}/{}", class.name(), ctx.operation());
        ctx.meter_as(&operation, Unit::BytesRetrieved, bytes as f64, bucket);
    }
}

/// Counts the bytes of a body as they go out.
pub(crate) fn sending(ctx: &Ctx, bucket: &str, class: Class, mut body: ByteStream) -> ByteStream {
    if !crosses(ctx) && !class.charges_reading() {
        return body;
    }
    if let Some(whole) = body.take_whole() {
        sent(ctx, bucket, class, whole.len() as u64);
        return whole.into();
    }
    let length = body.length();
    let (ctx, bucket) = (ctx.clone(), bucket.to_owned());
    ByteStream::new(Counted { body, bytes: 0, ctx, bucket, class }, length)
}

fn sent(ctx: &Ctx, bucket: &str, class: Class, bytes: u64) {
    retrieved(ctx, bucket, class, bytes);
    if bytes > 0 && crosses(ctx) {
        ctx.meter(Unit::BytesOut, bytes as f64, bucket);
    }
}

/// A body that tells at its end how much of it was sent.
struct Counted {
    body: ByteStream,
    bytes: u64,
    ctx: Ctx,
    bucket: String,
    class: Class,
}

impl Stream for Counted {
    type Item = std::io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let chunk = Pin::new(&mut self.body).poll_next(cx);
        if let Poll::Ready(Some(Ok(chunk))) = &chunk {
            self.bytes += chunk.len() as u64;
        }
        chunk
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        sent(&self.ctx, &self.bucket, self.class, self.bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(hours: i64) -> Timestamp {
        Timestamp::from_secs(hours * 3600)
    }

    #[test]
    fn time_is_cut_at_midnight() {
        let mut stored = Stored { bytes: 10, since: hours(20), owed: Vec::new() };
        stored.pass(hours(22));
        stored.pass(hours(23));
        assert_eq!(stored.owed, [(hours(0), 30.0)]);
        stored.pass(hours(49));
        assert_eq!(stored.owed, [(hours(0), 40.0), (hours(24), 240.0), (hours(48), 10.0)]);
        assert_eq!(stored.since, hours(49));
    }

    #[test]
    fn nothing_costs_nothing_and_no_hour_counts_twice() {
        let mut stored = Stored::new(hours(5));
        stored.pass(hours(90));
        assert_eq!((stored.owed.len(), stored.since), (0, hours(90)));
        stored.bytes = 1;
        stored.pass(hours(91));
        // The clock goes back, and comes again.
        stored.pass(hours(80));
        stored.pass(hours(92));
        assert_eq!(stored.owed, [(hours(72), 2.0)]);
    }

    #[test]
    fn an_age_is_one_entry_a_day_up_to_a_bound() {
        let mut stored = Stored { bytes: 1, since: hours(0), owed: Vec::new() };
        stored.pass(hours(24 * 1_000_000));
        assert_eq!(stored.owed.len(), DAYS_MAX);
        let sum: f64 = stored.owed.iter().map(|(_, hours)| hours).sum();
        assert_eq!(sum, 24e6);
    }
}
