//! The rules of versioning: what a write replaces, what a delete leaves.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/versioning-workflows.html>

use aquifer_object::BlobRef;
use platform::{Ctx, Fail, Result, WriteTx};

use crate::changes::{self, By, Change};
use crate::lifecycle::worker;
use crate::model::{Bucket, Version, Versioning};
use crate::store::{self, CURRENT, OLDER, put_older, take_older};
use crate::usage::{self, Delta};
use crate::{error, lock, replication, tiering};

/// Hex digits of a version id that tell its sequence; what follows is random.
const SEQUENCE_DIGITS: usize = 16;
const RANDOM_DIGITS: usize = 16;

/// The sequence a version id tells, if it is one of ours.
pub(crate) fn sequence_of(id: &str) -> Option<u64> {
    let ours = id.len() == SEQUENCE_DIGITS + RANDOM_DIGITS
        && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    u64::from_str_radix(id.get(..SEQUENCE_DIGITS)?, 16).ok().filter(|_| ours)
}

/// Refuses what cannot be the id of a version.
///
/// # Errors
/// `InvalidArgument`, naming the parameter.
pub(crate) fn check_id(parameter: &'static str, id: &str) -> Result<()> {
    let message = match id {
        "" => "Version id cannot be the empty string",
        "null" => return Ok(()),
        _ if sequence_of(id).is_some() => return Ok(()),
        _ => "Invalid version id specified",
    };
    Err(error::invalid_argument(parameter, id, message))
}

/// Where a listing of versions goes on after this one: its id, or what an id at its place would
/// be. `null` tells no place once the version called so is gone.
pub(crate) fn place_of(version: &Version) -> String {
    let (sequence, nothing) = (version.sequence, "0".repeat(RANDOM_DIGITS));
    version.id.clone().unwrap_or_else(|| format!("{sequence:016x}{nothing}"))
}

/// What a delete did.
pub(crate) struct Deleted {
    /// The version removed or the marker made.
    pub version_id: Option<String>,
    pub delete_marker: bool,
    /// Bytes nobody names any more.
    pub freed: Option<BlobRef>,
}

/// The sequence after all versions of a key.
fn next_sequence(ctx: &Ctx, current: Option<&Version>) -> u64 {
    let now = u64::try_from(ctx.now().as_micros()).unwrap_or(0);
    current.map_or(now, |version| now.max(version.sequence + 1))
}

/// Makes `version` the current one of a key, and tells of it; the answer is the bytes it replaced,
/// if they are named no more. Sequence and id are given here.
pub(crate) fn put(
    ctx: &Ctx,
    tx: &WriteTx<'_>,
    (name, bucket): (&str, &Bucket),
    key: &str,
    mut version: Version,
    by: By,
) -> Result<(Version, Option<BlobRef>), Fail> {
    replication::mark(tx, (name, bucket), key, &mut version)?;
    let (version, freed) = place(ctx, tx, (name, bucket), key, version)?;
    changes::note(ctx, tx, (name, bucket), key, Change::Created(by), &version)?;
    Ok((version, freed))
}

/// Makes `version` the current one of a key.
fn place(
    ctx: &Ctx,
    tx: &WriteTx<'_>,
    (name, bucket): (&str, &Bucket),
    key: &str,
    mut version: Version,
) -> Result<(Version, Option<BlobRef>), Fail> {
    let current = CURRENT.get(tx, &(name, key))?;
    version.sequence = next_sequence(ctx, current.as_ref());
    version.id = (bucket.versioning == Versioning::Enabled)
        .then(|| format!("{:016x}{}", version.sequence, ctx.ids().hex(RANDOM_DIGITS)));
    let (now, mut gone) = (ctx.now(), None);
    if let Some(mut current) = current {
        if version.id.is_none() && current.id.is_none() {
            gone = Some(current);
        } else {
            if version.id.is_none() {
                gone = remove_null(tx, name, key)?;
            }
            current.noncurrent_since = Some(version.modified.max(current.modified));
            put_older(tx, name, key, &current)?;
        }
    }
    CURRENT.put(tx, &(name, key), &version)?;
    let mut delta = Delta::default();
    delta.came(&version);
    if let Some(gone) = &gone {
        delta.went(gone, now);
    }
    usage::change(tx, now, name, &delta)?;
    if tiering::is_watched(&version) {
        worker::wake(tx, name, bucket, now)?;
    }
    Ok((version, gone.map(|gone| gone.blob)))
}

/// Removes the older version called `null`.
fn remove_null(tx: &WriteTx<'_>, name: &str, key: &str) -> Result<Option<Version>, Fail> {
    let Some((place, version)) = store::older(tx, name, key, "null")? else { return Ok(None) };
    take_older(tx, name, key, place, &version)?;
    Ok(Some(version))
}

/// Notes that a version is kept no more.
fn count_gone(ctx: &Ctx, tx: &WriteTx<'_>, name: &str, version: &Version) -> Result<()> {
    let (now, mut delta) = (ctx.now(), Delta::default());
    delta.went(version, now);
    usage::change(tx, now, name, &delta)
}

/// Why something is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    Request,
    /// By who may pass a governance retention, and says so.
    BypassingRequest,
    Lifecycle,
}

/// Deletes a key: for good where versions are not kept, by a marker where they are.
pub(crate) fn delete(
    ctx: &Ctx,
    tx: &WriteTx<'_>,
    at: (&str, &Bucket),
    key: &str,
) -> Result<Deleted, Fail> {
    delete_by(ctx, tx, at, key, Cause::Request)
}

/// Deletes a key, for a cause.
pub(crate) fn delete_by(
    ctx: &Ctx,
    tx: &WriteTx<'_>,
    (name, bucket): (&str, &Bucket),
    key: &str,
    cause: Cause,
) -> Result<Deleted, Fail> {
    let (deleted, marked) = match cause {
        Cause::Request | Cause::BypassingRequest => (Change::Deleted, Change::MarkedDeleted),
        Cause::Lifecycle => (Change::Expired, Change::MarkedExpired),
    };
    if bucket.versioning == Versioning::Never {
        let current = CURRENT.get(tx, &(name, key))?;
        CURRENT.delete(tx, &(name, key))?;
        if let Some(current) = &current {
            changes::note(ctx, tx, (name, bucket), key, deleted, current)?;
            count_gone(ctx, tx, name, current)?;
        }
        let freed = current.map(|version| version.blob);
        return Ok(Deleted { version_id: None, delete_marker: false, freed });
    }
    let mut marker = Version {
        delete_marker: true,
        ..Version::new(bucket.owner.account, ctx.now().floor_millis())
    };
    // Markers of lifecycles stay in their bucket.
    if cause != Cause::Lifecycle {
        replication::mark(tx, (name, bucket), key, &mut marker)?;
    }
    let (marker, freed) = place(ctx, tx, (name, bucket), key, marker)?;
    changes::note(ctx, tx, (name, bucket), key, marked, &marker)?;
    let version_id = Some(marker.id_text().to_owned());
    Ok(Deleted { version_id, delete_marker: true, freed })
}

/// Deletes one version for good; the newest older one takes its place if it was the current.
///
/// # Errors
/// `AccessDenied` for a version that is kept, whatever else is wrong with the store.
pub(crate) fn delete_version(
    ctx: &Ctx,
    tx: &WriteTx<'_>,
    (name, bucket): (&str, &Bucket),
    key: &str,
    id: &str,
    cause: Cause,
) -> Result<Deleted, Fail> {
    check_id("versionId", id)?;
    let deleted = match cause {
        Cause::Request | Cause::BypassingRequest => Change::Deleted,
        Cause::Lifecycle => Change::Expired,
    };
    let gone = |version: Version| {
        changes::note(ctx, tx, (name, bucket), key, deleted, &version)?;
        count_gone(ctx, tx, name, &version)?;
        Ok(Deleted {
            version_id: Some(version.id_text().to_owned()),
            delete_marker: version.delete_marker,
            freed: Some(version.blob),
        })
    };
    if let Some(current) = CURRENT.get(tx, &(name, key))?.filter(|v| v.id_text() == id) {
        lock::check_delete(&current, ctx.now(), cause)?;
        let heir = OLDER.scan(tx).prefix(&(name, key)).next().transpose()?;
        match heir {
            Some(((_, _, place), mut heir)) => {
                take_older(tx, name, key, place, &heir)?;
                heir.noncurrent_since = None;
                CURRENT.put(tx, &(name, key), &heir)?;
            }
            None => {
                CURRENT.delete(tx, &(name, key))?;
            }
        }
        return gone(current);
    }
    match store::older(tx, name, key, id)? {
        Some((place, version)) => {
            lock::check_delete(&version, ctx.now(), cause)?;
            take_older(tx, name, key, place, &version)?;
            gone(version)
        }
        // Deleting what is not there succeeds, as it does for keys.
        None => Ok(Deleted { version_id: Some(id.to_owned()), delete_marker: false, freed: None }),
    }
}
