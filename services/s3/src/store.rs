//! Where buckets, versions and uploads are: the only file that names tables and keys.

use aquifer_object::BlobRef;
use platform::{
    AuthMode, Ctx, Fail, PrincipalKind, ReadTx, Result, Table, Timestamp, WriteTx, auth_mode,
};

use crate::error;
use crate::model::{Bucket, Part, Upload, Version};
use crate::usage::{self, Delta};

/// Name → bucket. Names are unique in the partition.
pub(crate) static BUCKETS: Table<String, Bucket> = Table::global("s3.buckets");
/// An account's buckets by name.
pub(crate) static OWNED: Table<String, ()> = Table::account("s3.owned");
/// (bucket, key) → its current version, which may be a delete marker.
pub(crate) static CURRENT: Table<(String, String), Version> = Table::global("s3.current");
/// (bucket, key, !sequence) → an older version; newest first.
pub(crate) static OLDER: Table<(String, String, u64), Version> = Table::global("s3.older");
/// (bucket, key) → the place of the older version called `null`, whose name does not tell it.
pub(crate) static NULLS: Table<(String, String), u64> = Table::global("s3.nulls");
/// (bucket, key, upload id) → an upload that is not complete.
pub(crate) static UPLOADS: Table<(String, String, String), Upload> = Table::global("s3.uploads");
/// (upload id, part number) → a part.
pub(crate) static PARTS: Table<(String, u32), Part> = Table::global("s3.parts");

/// A bucket that the caller may see, or AWS's refusal.
///
/// What policies and lists of grants say was asked before: see [`crate::access::resources`].
///
/// # Errors
/// `NoSuchBucket`; `AccessDenied` for a bucket of another account that lets none in, or for one that
/// is not the account's the caller expects.
pub(crate) fn bucket(
    ctx: &Ctx,
    tx: &ReadTx<'_>,
    name: &str,
    expected_owner: Option<&String>,
) -> Result<Bucket, Fail> {
    let bucket = BUCKETS.get(tx, name)?.ok_or_else(|| error::no_such_bucket(name))?;
    let owner = bucket.owner.account;
    if expected_owner.is_some_and(|expected| expected != owner.as_str()) {
        return Err(error::access_denied());
    }
    if !may_see(ctx, &bucket) {
        return Err(error::access_denied());
    }
    Ok(bucket)
}

fn may_see(ctx: &Ctx, bucket: &Bucket) -> bool {
    let caller = ctx.caller();
    caller.account == Some(bucket.owner.account)
        || caller.kind == PrincipalKind::Service
        || auth_mode(ctx) == AuthMode::Off
        || bucket.is_shared()
        // Whoever comes here was let in by the policies of the table.
        || (bucket.table.is_some() && auth_mode(ctx) == AuthMode::Enforce)
}

/// The version of a key that a request means.
///
/// # Errors
/// `NoSuchKey`, `NoSuchVersion`, or for a delete marker what AWS answers to readers of one.
pub(crate) fn readable(
    tx: &ReadTx<'_>,
    bucket: &str,
    key: &str,
    version_id: Option<&str>,
) -> Result<Version, Fail> {
    let version = find(tx, bucket, key, version_id)?.ok_or_else(|| match version_id {
        None => error::no_such_key(key),
        Some(id) => error::no_such_version(key, id),
    })?;
    if !version.delete_marker {
        return Ok(version);
    }
    let marked = |fail: Fail| {
        fail.with_header("x-amz-delete-marker", "true")
            .with_header("x-amz-version-id", version.id_text())
    };
    if version_id.is_none() {
        return Err(marked(error::no_such_key(key)));
    }
    let message = "The specified method is not allowed against this resource.";
    Err(marked(Fail::new("MethodNotAllowed", 405, message))
        .with_header("Last-Modified", version.modified.http_date())
        .with_header("Allow", "DELETE"))
}

/// A version by its id, or the current one; delete markers too.
pub(crate) fn find(
    tx: &ReadTx<'_>,
    bucket: &str,
    key: &str,
    version_id: Option<&str>,
) -> Result<Option<Version>, Fail> {
    if let Some(id) = version_id {
        crate::versions::check_id("versionId", id)?;
    }
    let current = CURRENT.get(tx, &(bucket, key))?;
    let Some(id) = version_id else { return Ok(current) };
    if let Some(version) = current.filter(|version| version.id_text() == id) {
        return Ok(Some(version));
    }
    Ok(older(tx, bucket, key, id)?.map(|(_, version)| version))
}

/// An older version by its id, with the last part of its key.
pub(crate) fn older(
    tx: &ReadTx<'_>,
    bucket: &str,
    key: &str,
    id: &str,
) -> Result<Option<(u64, Version)>, Fail> {
    if id == "null" {
        let Some(place) = NULLS.get(tx, &(bucket, key))? else { return Ok(None) };
        return Ok(OLDER.get(tx, &(bucket, key, place))?.map(|version| (place, version)));
    }
    let Some(sequence) = crate::versions::sequence_of(id) else { return Ok(None) };
    let place = !sequence;
    let version = OLDER.get(tx, &(bucket, key, place))?;
    Ok(version.filter(|version| version.id_text() == id).map(|version| (place, version)))
}

/// The version of a key that has a sequence, wherever it is.
pub(crate) fn at(
    tx: &ReadTx<'_>,
    bucket: &str,
    key: &str,
    sequence: u64,
) -> Result<Option<Version>, Fail> {
    let current = CURRENT.get(tx, &(bucket, key))?;
    match current.filter(|current| current.sequence == sequence) {
        Some(current) => Ok(Some(current)),
        None => Ok(OLDER.get(tx, &(bucket, key, !sequence))?),
    }
}

/// Writes a version anew that was read in this transaction, where it is.
pub(crate) fn save(tx: &WriteTx<'_>, bucket: &str, key: &str, version: &Version) -> Result<()> {
    let current = CURRENT.get(tx, &(bucket, key))?;
    if current.is_some_and(|current| current.sequence == version.sequence) {
        CURRENT.put(tx, &(bucket, key), version)?;
    } else {
        OLDER.put(tx, &(bucket, key, !version.sequence), version)?;
    }
    Ok(())
}

/// Puts a version among the older ones of its key.
pub(crate) fn put_older(
    tx: &WriteTx<'_>,
    bucket: &str,
    key: &str,
    version: &Version,
) -> Result<()> {
    let place = !version.sequence;
    if version.id.is_none() {
        NULLS.put(tx, &(bucket, key), &place)?;
    }
    OLDER.put(tx, &(bucket, key, place), version)?;
    Ok(())
}

/// Takes a version from among the older ones of its key.
pub(crate) fn take_older(
    tx: &WriteTx<'_>,
    bucket: &str,
    key: &str,
    place: u64,
    version: &Version,
) -> Result<()> {
    if version.id.is_none() {
        NULLS.delete(tx, &(bucket, key))?;
    }
    OLDER.delete(tx, &(bucket, key, place))?;
    Ok(())
}

/// The upload a request means.
pub(crate) fn upload(
    tx: &ReadTx<'_>,
    bucket: &str,
    key: &str,
    upload_id: &str,
) -> Result<Upload, Fail> {
    UPLOADS.get(tx, &(bucket, key, upload_id))?.ok_or_else(|| error::no_such_upload(upload_id))
}

/// Puts a part, in place of one sent before; the bytes of that one.
pub(crate) fn put_part(
    tx: &WriteTx<'_>,
    now: Timestamp,
    (bucket, upload_id, number): (&str, &str, u32),
    part: &Part,
) -> Result<Option<BlobRef>> {
    let former = PARTS.get(tx, &(upload_id, number))?;
    let went = former.as_ref().map_or(0, |former| former.size);
    count_parts(tx, now, bucket, (part.size, went))?;
    PARTS.put(tx, &(upload_id, number), part)?;
    Ok(former.map(|former| former.blob))
}

/// All parts of an upload, by number.
pub(crate) fn parts(tx: &ReadTx<'_>, upload_id: &str) -> Result<Vec<(u32, Part)>, Fail> {
    let mut parts = Vec::new();
    for row in PARTS.scan(tx).prefix(&(upload_id,)) {
        let ((_, number), part) = row?;
        parts.push((number, part));
    }
    Ok(parts)
}

/// Forgets an upload; the answer is the bytes nobody names any more.
pub(crate) fn forget_upload(
    tx: &WriteTx<'_>,
    now: Timestamp,
    (bucket, key, upload_id): (&str, &str, &str),
) -> Result<Vec<(u32, BlobRef)>, Fail> {
    let parts = parts(tx, upload_id)?;
    forget_parts(tx, now, (bucket, key, upload_id), &parts)?;
    Ok(parts.into_iter().map(|(number, part)| (number, part.blob)).collect())
}

/// Forgets an upload whose parts were read in the same transaction.
pub(crate) fn forget_parts(
    tx: &WriteTx<'_>,
    now: Timestamp,
    (bucket, key, upload_id): (&str, &str, &str),
    parts: &[(u32, Part)],
) -> Result<(), Fail> {
    for (number, _) in parts {
        PARTS.delete(tx, &(upload_id, *number))?;
    }
    UPLOADS.delete(tx, &(bucket, key, upload_id))?;
    let went = parts.iter().map(|(_, part)| part.size).sum();
    count_parts(tx, now, bucket, (0, went))
}

fn count_parts(
    tx: &WriteTx<'_>,
    now: Timestamp,
    bucket: &str,
    (came, went): (u64, u64),
) -> Result<()> {
    let mut delta = Delta::default();
    delta.parts(came, went);
    usage::change(tx, now, bucket, &delta)
}
