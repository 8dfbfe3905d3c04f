//! Restoring archived objects: a copy that can be read for a time.
//!
//! A restore is a job of the version it restores: it runs when the copy has come, and again when it
//! has to go. What the row says is what is so; a clock that was turned runs the job before anybody
//! looks.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html>

use std::time::Duration;

use platform::jobs::{JobKey, schedule};
use platform::{Ctx, Fail, House, Result, Row, Timestamp, WriteTx};
use s3_api::{OptionalObjectAttributes as Asked, RestoreStatus, Tier as Speed};
use serde::{Deserialize, Serialize};

use crate::changes::{self, Change};
use crate::classes::{self, Class};
use crate::lifecycle::days::midnight_after;
use crate::model::{Bucket, Version};
use crate::store::{self, BUCKETS};
use crate::tiering::{Tier, Tiering};
use crate::usage::{self, Delta};

/// Brings copies, and takes them away.
const RESTORE: &str = "s3.restore";
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

/// The copy of an archived object, coming or there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Restore {
    /// When it will have come.
    pub due: Timestamp,
    /// For how many days it will stay; none for ever, where it leaves the archive.
    #[serde(default)]
    pub days: u32,
    /// Until when it stays, once it is there.
    #[serde(default)]
    pub until: Option<Timestamp>,
}

/// How long a restore takes, at most; none where the speed is not to be had.
pub(crate) fn takes(archive: Archive, speed: Speed) -> Option<Duration> {
    match (archive, speed) {
        (Archive::Flexible, Speed::Expedited) => Some(5 * MINUTE),
        (Archive::Flexible, Speed::Standard) => Some(5 * HOUR),
        (Archive::Flexible, Speed::Bulk) | (Archive::Deep, Speed::Standard) => Some(12 * HOUR),
        (Archive::Deep, Speed::Bulk) => Some(48 * HOUR),
        (Archive::Deep, Speed::Expedited) => None,
    }
}

/// How deep a version is archived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Archive {
    Flexible,
    Deep,
}

impl Archive {
    /// None for what is not archived.
    pub fn of(version: &Version) -> Option<Archive> {
        let tier = version.tiering.as_ref().map(|tiering| tiering.tier);
        match (version.class(), tier) {
            (Class::Glacier, _) | (Class::IntelligentTiering, Some(Tier::Archive)) => {
                Some(Archive::Flexible)
            }
            (Class::DeepArchive, _) | (Class::IntelligentTiering, Some(Tier::DeepArchive)) => {
                Some(Archive::Deep)
            }
            _ => None,
        }
    }
}

/// How deep a version is archived that is to be restored.
///
/// # Errors
/// Only what is archived can be.
pub(crate) fn archived(version: &Version) -> Result<Archive> {
    Archive::of(version).ok_or_else(|| {
        if version.class() == Class::IntelligentTiering {
            let message = "Restore is not allowed for an object in an active access tier.";
            return Fail::new("ObjectAlreadyInActiveTierError", 403, message);
        }
        let message = "Restore is not allowed for the object's current storage class";
        classes::invalid_state(version, message)
    })
}

/// The refusal of a speed that a class does not have.
pub(crate) fn unsupported() -> Fail {
    Fail::new("InvalidArgument", 400, "Retrieval option is not supported by this storage class")
}

/// What the price table calls a restore.
pub(crate) fn billed_as(class: Class, speed: Speed) -> &'static str {
    match (class, speed) {
        (Class::DeepArchive, Speed::Bulk) => "DEEP_ARCHIVE/Restore-Bulk",
        (Class::DeepArchive, _) => "DEEP_ARCHIVE/Restore-Standard",
        (Class::IntelligentTiering, Speed::Expedited) => "INTELLIGENT_TIERING/Restore-Expedited",
        (Class::IntelligentTiering, _) => "INTELLIGENT_TIERING/Restore-Standard",
        (_, Speed::Bulk) => "GLACIER/Restore-Bulk",
        (_, Speed::Standard) => "GLACIER/Restore-Standard",
        (_, Speed::Expedited) => "GLACIER/Restore-Expedited",
    }
}

/// What readers are told in `x-amz-restore`.
pub(crate) fn header(version: &Version) -> Option<String> {
    let restore = version.restore.as_ref()?;
    Some(match restore.until {
        None => r#"ongoing-request="true""#.to_owned(),
        Some(until) => {
            format!(r#"ongoing-request="false", expiry-date="{}""#, until.http_date())
        }
    })
}

/// What lists tell of a restore, if they are asked.
pub(crate) fn told(restore: Option<&Restore>, asked: &[Asked]) -> Option<RestoreStatus> {
    let restore = restore.filter(|_| asked.contains(&Asked::RestoreStatus))?;
    Some(RestoreStatus {
        is_restore_in_progress: Some(restore.until.is_none()),
        restore_expiry_date: restore.until,
    })
}

/// The version a job is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct What {
    bucket: String,
    key: String,
    sequence: u64,
}

impl Row for What {}

/// Writes down a restore and has its job run when it is due.
pub(crate) fn save(
    tx: &WriteTx<'_>,
    (name, bucket): (&str, &Bucket),
    key: &str,
    version: &mut Version,
    restore: Restore,
) -> Result<()> {
    let due = restore.until.unwrap_or(restore.due);
    version.restore = Some(restore);
    store::save(tx, name, key, version)?;
    let sequence = version.sequence;
    let job = JobKey::new(RESTORE, format!("{name}/{sequence:016x}/{key}"));
    let what = What { bucket: name.to_owned(), key: key.to_owned(), sequence };
    let payload = serde_json::to_vec(&what).map_err(Fail::internal)?;
    Ok(schedule(&tx.in_scope(&bucket.owner), &job, due, payload)?)
}

/// Registers who brings copies and takes them away.
pub(crate) fn register(house: &House) {
    house.jobs.register(RESTORE, |ctx, job| async move {
        let what: What = serde_json::from_slice(&job.payload)?;
        // The version may be gone, or what was due put off.
        ctx.write(|tx| turn(&ctx, tx, &what)).await.map_err(|fail| anyhow::anyhow!("{fail:?}"))
    });
}

fn turn(ctx: &Ctx, tx: &WriteTx<'_>, what: &What) -> Result<()> {
    let (name, key) = (what.bucket.as_str(), what.key.as_str());
    let Some(bucket) = BUCKETS.get(tx, name)? else { return Ok(()) };
    let Some(version) = store::at(tx, name, key, what.sequence)? else { return Ok(()) };
    let Some(restore) = version.restore.clone() else { return Ok(()) };
    let (now, mut after) = (ctx.now(), version.clone());
    let change = match restore.until {
        None if restore.due > now => return Ok(()),
        None if version.class() == Class::IntelligentTiering => {
            after.restore = None;
            after.tiering = Some(Tiering { tier: Tier::Frequent, accessed: now });
            store::save(tx, name, key, &after)?;
            Change::Restored
        }
        None => {
            let until = midnight_after(now + DAY * restore.days);
            let there = Restore { until: Some(until), ..restore };
            save(tx, (name, &bucket), key, &mut after, there)?;
            Change::Restored
        }
        Some(until) if until > now => return Ok(()),
        Some(_) => {
            after.restore = None;
            store::save(tx, name, key, &after)?;
            Change::RestoreExpired
        }
    };
    let mut delta = Delta::default();
    delta.left(&version);
    delta.came(&after);
    usage::change(tx, now, name, &delta)?;
    changes::note(ctx, tx, (name, &bucket), key, change, &after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slower_takes_longer_and_deep_has_no_fast_lane() {
        for archive in [Archive::Flexible, Archive::Deep] {
            let all = [Speed::Expedited, Speed::Standard, Speed::Bulk];
            let times: Vec<_> = all.into_iter().filter_map(|speed| takes(archive, speed)).collect();
            assert!(times.is_sorted());
        }
        assert_eq!(takes(Archive::Deep, Speed::Expedited), None);
    }
}
