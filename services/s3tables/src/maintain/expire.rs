//! Snapshot management: snapshots go that are old and not needed.

use super::{Outcome, Work, is_conflict};
use crate::model::{MIN_SNAPSHOTS, SNAPSHOT_HOURS};

const HOUR_MS: i64 = 3_600_000;

/// What tables may say of it themselves, which then counts instead.
const MIN_PROPERTY: &str = "history.expire.min-snapshots-to-keep";
const AGE_PROPERTY: &str = "history.expire.max-snapshot-age-ms";

pub(super) async fn run(work: &Work) -> Outcome {
    let Some(seen) = work.look().await? else { return Ok(false) };
    let table = &seen.metadata;
    let settings = work.found.row.snapshots().settings;
    let settings = settings.and_then(|settings| settings.iceberg_snapshot_management);
    let settings = settings.unwrap_or_default();
    // The strictest of what is said holds, so that nothing goes which somebody wants kept.
    let said = |name: &str| table.properties.get(name).and_then(|text| text.parse::<i64>().ok());
    let least = i64::from(settings.min_snapshots_to_keep.unwrap_or(MIN_SNAPSHOTS));
    let least = said(MIN_PROPERTY).map_or(least, |own| own.max(least));
    let age = i64::from(settings.max_snapshot_age_hours.unwrap_or(SNAPSHOT_HOURS)) * HOUR_MS;
    let age = said(AGE_PROPERTY).map_or(age, |own| own.max(age));
    let least = i32::try_from(least).unwrap_or(i32::MAX);
    let updates = table.expire(least, age, work.now.as_millis());
    if updates.is_empty() {
        return Ok(table.snapshots.len() > 1);
    }
    match work.commit(&seen, &updates).await {
        Err(fail) if is_conflict(&fail) => Ok(true),
        done => done.map(|()| true),
    }
}
