//! Deletion of orphans: files that nothing refers to, and that are not young.

use glue_api::TableOptimizerConfiguration;
use platform::Result;

use super::Done;
use super::configuration::ORPHAN_DAYS;
use super::work::Work;
use crate::error;
use crate::iceberg::files;

const DAY_MS: i64 = 86_400_000;

pub(super) async fn run(
    work: &Work,
    configuration: &TableOptimizerConfiguration,
) -> Result<Option<Done>> {
    let own = configuration.orphan_file_deletion_configuration.as_ref();
    let own = own.and_then(|own| own.iceberg_configuration.clone()).unwrap_or_default();
    let days = own.orphan_file_retention_period_in_days.unwrap_or(ORPHAN_DAYS);
    let before = work.ctx.now().as_millis() - i64::from(days) * DAY_MS;
    let seen = work.look().await?;
    let folder = own.location.unwrap_or_else(|| seen.metadata.location.clone());
    let inside = format!("{}/", folder.trim_end_matches('/'))
        .starts_with(&format!("{}/", seen.metadata.location.trim_end_matches('/')));
    if !inside {
        return Err(error::invalid("The location of orphans must be within the table's."));
    }
    let listed = files::list(&work.ctx, &folder).await?;
    // After the list: what was written since is younger.
    let seen = work.look().await?;
    let referred = work.referred(&seen.metadata).await?;
    let mut deleted = 0;
    for (file, modified) in listed {
        if modified < before && file != seen.location && !referred.has(&file) {
            files::forget(&work.ctx, &file).await;
            deleted += 1;
        }
    }
    Ok((deleted > 0).then_some(Done::Removed { files: deleted }))
}
