//! What a bucket's owner pays for: bytes kept, by the hour, and bytes that came in and went out.
//!
//! How many bytes a bucket keeps changes in the transaction that changes its rows, with what they
//! came to until then; so neither a crash nor a clock moved by a year loses or doubles an hour.
//! Parts of uploads that are not complete count as objects do.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/aws-usage-report-understand.html>

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::future::BoxFuture;
use futures::{FutureExt, Stream};
use platform::{
    ByteStream, Bytes, Ctx, Keeper, PlatformParts, Result, Row, Scope, StoreError, Table,
    Timestamp, Unit, Usage, WriteTx,
};
use serde::{Deserialize, Serialize};

use crate::store::BUCKETS;

/// Bucket → what it keeps.
static STORED: Table<String, Stored> = Table::global("s3.stored");

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
            let byte_hours = self.bytes as f64 * hours;
            match self.owed.last_mut() {
                Some((last, owed)) if *last == day => *owed += byte_hours,
                _ => self.owed.push((day, byte_hours)),
            }
            self.since = end;
        }
    }
}

fn day_of(at: Timestamp) -> Timestamp {
    let seconds = i64::try_from(DAY.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_secs(at.as_secs().div_euclid(seconds) * seconds)
}

/// Notes that bytes came to a bucket and others went.
pub(crate) fn change(
    tx: &WriteTx<'_>,
    now: Timestamp,
    bucket: &str,
    (came, went): (u64, u64),
) -> Result<()> {
    if came == went {
        return Ok(());
    }
    let mut stored = STORED.get(tx, bucket)?.unwrap_or_else(|| Stored::new(now));
    stored.pass(now);
    stored.bytes = stored.bytes.saturating_add(came).saturating_sub(went);
    STORED.put(tx, bucket, &stored)?;
    Ok(())
}

/// What is owed for a bucket, to be reported once this is durable.
#[must_use = "what is not reported is not billed"]
pub(crate) struct Owed {
    owner: Scope,
    bucket: String,
    byte_hours: Vec<(Timestamp, f64)>,
}

impl Owed {
    pub fn report(self, parts: &PlatformParts) {
        let Some(meter) = parts.meter() else { return };
        for (at, quantity) in self.byte_hours {
            meter.record(&Usage {
                at,
                scope: &self.owner,
                service: s3_api::SERVICE.name,
                operation: "",
                unit: Unit::ByteHours,
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
    let Some(mut stored) = STORED.get(tx, bucket)? else { return Ok(None) };
    stored.pass(now);
    STORED.delete(tx, bucket)?;
    let (owner, bucket) = (owner.clone(), bucket.to_owned());
    Ok(Some(Owed { owner, bucket, byte_hours: stored.owed }))
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
    let (store, scope) = (parts.store(), Scope::default());
    let mut after: Option<String> = None;
    loop {
        let now = parts.clock().now();
        let page = store.read(&scope, |tx| match &after {
            Some(bucket) => STORED.scan(tx).after(bucket).page(PAGE),
            None => STORED.scan(tx).page(PAGE),
        })?;
        let owing = |stored: &Stored| stored.bytes > 0 || !stored.owed.is_empty();
        let buckets = page.rows.iter().filter(|(_, stored)| owing(stored));
        let owed = store.write(&scope, |tx| {
            buckets.filter_map(|(bucket, _)| take(tx, now, bucket).transpose()).collect()
        });
        let owed: Vec<Owed> = owed.await?;
        owed.into_iter().for_each(|owed| owed.report(parts));
        after = page.rows.into_iter().last().map(|(bucket, _)| bucket);
        if !page.more {
            return Ok(());
        }
    }
}

fn take(tx: &WriteTx<'_>, now: Timestamp, bucket: &String) -> Result<Option<Owed>, StoreError> {
    // Both may be gone since the page was read.
    let (Some(mut stored), Some(row)) = (STORED.get(tx, bucket)?, BUCKETS.get(tx, bucket)?) else {
        return Ok(None);
    };
    stored.pass(now);
    let byte_hours = std::mem::take(&mut stored.owed);
    STORED.put(tx, bucket, &stored)?;
    Ok(Some(Owed { owner: row.owner, bucket: bucket.clone(), byte_hours }))
}

/// Whether bytes of a request leave or enter the platform. What its services move between each
/// other costs nothing.
fn crosses(ctx: &Ctx) -> bool {
    ctx.source_ip().is_some() && ctx.called_via().is_empty()
}

/// Counts bytes that came in.
pub(crate) fn received(ctx: &Ctx, bucket: &str, bytes: u64) {
    if bytes > 0 && crosses(ctx) {
        ctx.meter(Unit::BytesIn, bytes as f64, bucket);
    }
}

/// Counts the bytes of a body as they go out.
pub(crate) fn sending(ctx: &Ctx, bucket: &str, mut body: ByteStream) -> ByteStream {
    if !crosses(ctx) {
        return body;
    }
    if let Some(whole) = body.take_whole() {
        if !whole.is_empty() {
            ctx.meter(Unit::BytesOut, whole.len() as f64, bucket);
        }
        return whole.into();
    }
    let length = body.length();
    let (ctx, bucket) = (ctx.clone(), bucket.to_owned());
    ByteStream::new(Counted { body, bytes: 0, ctx, bucket }, length)
}

/// A body that tells at its end how much of it was sent.
struct Counted {
    body: ByteStream,
    bytes: u64,
    ctx: Ctx,
    bucket: String,
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
        if self.bytes > 0 {
            self.ctx.meter(Unit::BytesOut, self.bytes as f64, &self.bucket);
        }
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
