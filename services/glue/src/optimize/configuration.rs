//! What optimizers are told, and how they tell what they did.

use std::time::Duration;

use glue_api::{
    CompactionMetrics, CompactionStrategy, IcebergCompactionMetrics,
    IcebergOrphanFileDeletionMetrics, IcebergRetentionMetrics, OrphanFileDeletionMetrics,
    RetentionMetrics, TableOptimizerConfiguration, TableOptimizerRun, TableOptimizerType,
};
use platform::Result;

use super::{Done, HOUR};
use crate::error;

/// Snapshots younger than so many days stay.
pub(super) const RETENTION_DAYS: i32 = 5;
/// So many snapshots stay, whatever their age.
pub(super) const SNAPSHOTS: i32 = 1;
/// Files that nothing refers to stay for so many days.
pub(super) const ORPHAN_DAYS: i32 = 3;
/// Hours between runs.
const RATE_HOURS: i32 = 24;
/// The least of them.
const RATE_HOURS_MIN: i32 = 3;

/// Refuses what no optimizer can be told.
pub(super) fn check(
    kind: &TableOptimizerType,
    given: &TableOptimizerConfiguration,
    new: bool,
) -> Result<()> {
    if new && given.role_arn.is_none() {
        return Err(error::invalid("roleArn is required for a table optimizer."));
    }
    if given.vpc_configuration.is_some() {
        return Err(error::absent("TableOptimizerConfiguration.vpcConfiguration"));
    }
    let others = [
        (TableOptimizerType::Compaction, given.compaction_configuration.is_some()),
        (TableOptimizerType::Retention, given.retention_configuration.is_some()),
        (
            TableOptimizerType::OrphanFileDeletion,
            given.orphan_file_deletion_configuration.is_some(),
        ),
    ];
    if let Some((other, _)) = others.iter().find(|(other, given)| *given && other != kind) {
        let message = format!(
            "The configuration of {} is not one of an optimizer of type {}.",
            other.as_str(),
            kind.as_str()
        );
        return Err(error::invalid(message));
    }
    let compaction =
        given.compaction_configuration.as_ref().and_then(|own| own.iceberg_configuration.as_ref());
    if let Some(own) = compaction {
        match &own.strategy {
            None | Some(CompactionStrategy::Binpack) => {}
            Some(other) => {
                return Err(error::absent(&format!("The compaction strategy {}", other.as_str())));
            }
        }
        at_least("minInputFiles", own.min_input_files, 1)?;
        at_least("deleteFileThreshold", own.delete_file_threshold, 1)?;
    }
    let retention =
        given.retention_configuration.as_ref().and_then(|own| own.iceberg_configuration.as_ref());
    if let Some(own) = retention {
        at_least("snapshotRetentionPeriodInDays", own.snapshot_retention_period_in_days, 1)?;
        at_least("numberOfSnapshotsToRetain", own.number_of_snapshots_to_retain, 1)?;
        at_least("runRateInHours", own.run_rate_in_hours, RATE_HOURS_MIN)?;
    }
    let orphans = given.orphan_file_deletion_configuration.as_ref();
    if let Some(own) = orphans.and_then(|own| own.iceberg_configuration.as_ref()) {
        at_least("orphanFileRetentionPeriodInDays", own.orphan_file_retention_period_in_days, 1)?;
        at_least("runRateInHours", own.run_rate_in_hours, RATE_HOURS_MIN)?;
    }
    Ok(())
}

fn at_least(name: &str, given: Option<i32>, least: i32) -> Result<()> {
    match given {
        Some(number) if number < least => {
            Err(error::invalid(format!("{name} must be at least {least}.")))
        }
        _ => Ok(()),
    }
}

/// Puts what is said in the place of what was.
pub(super) fn merge(known: &mut TableOptimizerConfiguration, given: TableOptimizerConfiguration) {
    let TableOptimizerConfiguration {
        role_arn,
        enabled,
        vpc_configuration: _,
        compaction_configuration,
        retention_configuration,
        orphan_file_deletion_configuration,
    } = given;
    known.role_arn = role_arn.or(known.role_arn.take());
    known.enabled = enabled.or(known.enabled);
    known.compaction_configuration =
        compaction_configuration.or(known.compaction_configuration.take());
    known.retention_configuration =
        retention_configuration.or(known.retention_configuration.take());
    known.orphan_file_deletion_configuration =
        orphan_file_deletion_configuration.or(known.orphan_file_deletion_configuration.take());
}

/// The time between runs. Compaction is looked at every hour: AWS looks as the table changes.
pub(super) fn rate(kind: &str, configuration: &TableOptimizerConfiguration) -> Duration {
    let retention = || {
        let own = configuration.retention_configuration.as_ref()?;
        own.iceberg_configuration.as_ref()?.run_rate_in_hours
    };
    let orphans = || {
        let own = configuration.orphan_file_deletion_configuration.as_ref()?;
        own.iceberg_configuration.as_ref()?.run_rate_in_hours
    };
    match kind {
        "compaction" => HOUR,
        "retention" => HOUR * retention().unwrap_or(RATE_HOURS).unsigned_abs(),
        _ => HOUR * orphans().unwrap_or(RATE_HOURS).unsigned_abs(),
    }
}

/// Tells what a run did.
pub(super) fn measure(run: &mut TableOptimizerRun, done: Done) {
    match done {
        Done::Compacted { files, bytes } => {
            run.compaction_strategy = Some(CompactionStrategy::Binpack);
            run.compaction_metrics = Some(CompactionMetrics {
                iceberg_metrics: Some(IcebergCompactionMetrics {
                    number_of_files_compacted: Some(files),
                    number_of_bytes_compacted: Some(bytes),
                    ..Default::default()
                }),
            });
        }
        Done::Retained { data, manifests, lists } => {
            run.retention_metrics = Some(RetentionMetrics {
                iceberg_metrics: Some(IcebergRetentionMetrics {
                    number_of_data_files_deleted: Some(data),
                    number_of_manifest_files_deleted: Some(manifests),
                    number_of_manifest_lists_deleted: Some(lists),
                    ..Default::default()
                }),
            });
        }
        Done::Removed { files } => {
            run.orphan_file_deletion_metrics = Some(OrphanFileDeletionMetrics {
                iceberg_metrics: Some(IcebergOrphanFileDeletionMetrics {
                    number_of_orphan_files_deleted: Some(files),
                    ..Default::default()
                }),
            });
        }
    }
}
