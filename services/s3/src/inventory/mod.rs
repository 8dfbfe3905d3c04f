//! Inventories: lists of what is in a bucket, made every day or week and stored as objects.
//!
//! Each configuration is a durable job that schedules its next run. A run walks the bucket a page
//! of rows at a time, so it needs the same memory for any bucket; what changes meanwhile may or may
//! not be in it, as on AWS.
//!
//! `check` refuses configurations, `fields` are the columns, `walk` reads the bucket, `deliver`
//! stores files and manifest.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory.html>

pub(crate) mod check;
mod deliver;
mod fields;
mod walk;

use platform::jobs::{Job, JobKey, cancel, schedule};
use platform::{Ctx, Fail, House, Principal, Result, Timestamp, WriteTx};
use s3_api::{InventoryConfiguration, InventoryFrequency};

use crate::model::Bucket;
use crate::settings::{self, Setting};
use crate::store::BUCKETS;

/// Makes the next list.
const MAKE: &str = "s3.inventory";
const DAY: i64 = 86_400;
/// The first Sunday of the epoch.
const SUNDAY: i64 = 3 * DAY;

/// Registers the job.
pub(crate) fn register(house: &House) {
    house.jobs.register_long(MAKE, |ctx, job| async move { run(&ctx, &job).await });
}

fn key(bucket: &str, id: &str) -> JobKey {
    JobKey::new(MAKE, format!("{bucket}/{id}"))
}

/// When the first list after an instant is made: at the beginning of a day, or of a Sunday.
fn next(frequency: InventoryFrequency, after: Timestamp) -> Timestamp {
    let (period, offset) = match frequency {
        InventoryFrequency::Daily => (DAY, 0),
        InventoryFrequency::Weekly => (7 * DAY, SUNDAY),
    };
    let periods = (after.as_secs() - offset).div_euclid(period) + 1;
    Timestamp::from_secs(offset + periods * period)
}

/// Schedules, or no longer, what a configuration asks for. The transaction is of the bucket's scope.
pub(crate) fn plan(
    ctx: &Ctx,
    tx: &WriteTx<'_>,
    bucket: &str,
    configuration: &InventoryConfiguration,
) -> Result<()> {
    let job = key(bucket, &configuration.id);
    if configuration.is_enabled {
        let due = next(configuration.schedule.frequency, ctx.now());
        schedule(tx, &job, due, Vec::new())?;
    } else {
        cancel(tx, &job)?;
    }
    Ok(())
}

/// Forgets what a configuration asked for.
pub(crate) fn forget(tx: &WriteTx<'_>, bucket: &str, id: &str) -> Result<()> {
    cancel(tx, &key(bucket, id))?;
    Ok(())
}

async fn run(ctx: &Ctx, job: &Job) -> anyhow::Result<()> {
    let Some((name, id)) = job.key.split_once('/') else { return Ok(()) };
    let found = ctx.read(|tx| {
        let Some(bucket) = BUCKETS.get(tx, name)? else { return Ok(None) };
        let there = settings::get_named(tx, name, Setting::Inventory, id)?;
        Ok::<_, Fail>(there.map(|configuration| (bucket, configuration)))
    })?;
    let Some((bucket, configuration)) = found else { return Ok(()) };
    let configuration: InventoryConfiguration = configuration;
    if !configuration.is_enabled {
        return Ok(());
    }
    match make(ctx, job.due, (name, &bucket), &configuration).await {
        Ok(()) => {}
        // What the destination does not take is not delivered; the next list may be.
        Err(fail) if fail.is_sender() => {
            let code = fail.code();
            tracing::warn!(bucket = name, id, code, "no inventory: {}", fail.message());
        }
        Err(fail) => anyhow::bail!("{}: {}", fail.code(), fail.message()),
    }
    let due = next(configuration.schedule.frequency, job.due);
    ctx.write(|tx| schedule(tx, &key(name, id), due, Vec::new())).await?;
    Ok(())
}

/// Makes a list and stores it.
async fn make(
    ctx: &Ctx,
    due: Timestamp,
    (name, bucket): (&str, &Bucket),
    configuration: &InventoryConfiguration,
) -> Result<()> {
    let service = ctx
        .with_operation(s3_api::SERVICE.name, "PutBucketInventoryConfiguration")
        .with_caller(Principal::service(s3_api::SERVICE.principal));
    let mut delivery = deliver::Delivery::begin(&service, due, name, configuration)?;
    let mut walk = walk::Walk::new(name, configuration, bucket);
    while let Some(rows) = ctx.read(|tx| walk.page(tx))? {
        if ctx.shutdown_token().is_cancelled() {
            return Err(Fail::internal(anyhow::anyhow!("the server is stopping")));
        }
        for row in &rows {
            delivery.push(row)?;
        }
        delivery.store_full_file().await?;
    }
    delivery.finish().await
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn lists_are_made_at_the_beginning_of_days_and_of_sundays() {
        let at = |text: &str| Timestamp::parse_rfc3339(text).unwrap();
        let noon = at("2026-11-28T12:00:00Z");
        let (daily, weekly) = (InventoryFrequency::Daily, InventoryFrequency::Weekly);
        assert_eq!(next(daily, noon), at("2026-11-29T00:00:00Z"));
        // A Sunday.
        assert_eq!(next(weekly, noon), at("2026-11-29T00:00:00Z"));
        let sunday = at("2026-11-29T00:00:00Z");
        assert_eq!(next(weekly, sunday), sunday + Duration::from_secs(7 * 86_400));
    }
}
