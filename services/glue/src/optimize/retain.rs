//! Retention: snapshots go that are old and not needed, and what only they refer to.

use glue_api::TableOptimizerConfiguration;
use platform::Result;

use super::Done;
use super::configuration::{RETENTION_DAYS, SNAPSHOTS};
use super::work::Work;
use crate::iceberg::files;

const DAY_MS: i64 = 86_400_000;

pub(super) async fn run(
    work: &Work,
    configuration: &TableOptimizerConfiguration,
) -> Result<Option<Done>> {
    let own = configuration.retention_configuration.as_ref();
    let own = own.and_then(|own| own.iceberg_configuration.clone()).unwrap_or_default();
    let seen = work.look().await?;
    let table = &seen.metadata;
    // What the table says of itself counts where nothing else is said.
    let said = |name: &str| table.properties.get(name).and_then(|text| text.parse::<i64>().ok());
    let age = match own.snapshot_retention_period_in_days {
        Some(days) => i64::from(days) * DAY_MS,
        None => {
            said("history.expire.max-snapshot-age-ms").unwrap_or(i64::from(RETENTION_DAYS) * DAY_MS)
        }
    };
    let least = match own.number_of_snapshots_to_retain {
        Some(number) => number,
        None => said("history.expire.min-snapshots-to-keep")
            .and_then(|number| i32::try_from(number).ok())
            .unwrap_or(SNAPSHOTS),
    };
    let updates = table.expire(least, age, work.ctx.now().as_millis());
    if updates.is_empty() {
        return Ok(None);
    }
    let before = work.referred(table).await?;
    work.commit(&seen, &updates).await?;
    if own.clean_expired_files == Some(false) {
        return Ok(Some(Done::Retained { data: 0, manifests: 0, lists: 0 }));
    }
    let after = work.referred(&work.look().await?.metadata).await?;
    let gone = |some: &std::collections::BTreeSet<String>| -> Vec<String> {
        some.iter().filter(|file| !after.has(file)).cloned().collect()
    };
    let (data, manifests) = (gone(&before.data), gone(&before.manifests));
    let lists = gone(&before.lists);
    for file in data.iter().chain(&manifests).chain(&lists) {
        files::forget(&work.ctx, file).await;
    }
    let count = |some: &[String]| i64::try_from(some.len()).unwrap_or(i64::MAX);
    Ok(Some(Done::Retained {
        data: count(&data),
        manifests: count(&manifests),
        lists: count(&lists),
    }))
}
