//! Puts a replica among the versions of its key: where its id says, which need not be on top.

use aquifer_object::BlobRef;
use platform::{Ctx, Fail, Result, WriteTx};

use crate::changes::{self, By, Change};
use crate::lifecycle::worker;
use crate::model::{Bucket, Version};
use crate::store::{self, CURRENT, OLDER, put_older, take_older};
use crate::usage::{self, Delta};
use crate::{error, tiering};

/// Puts a version that has its sequence and id already; the answer is the bytes it replaced.
///
/// # Errors
/// If another version has its place: ids made in the same microsecond.
pub(super) fn put(
    ctx: &Ctx,
    tx: &WriteTx<'_>,
    (name, bucket): (&str, &Bucket),
    key: &str,
    version: &Version,
) -> Result<Option<BlobRef>, Fail> {
    let mut gone: Option<Version> = None;
    let mut current = CURRENT.get(tx, &(name, key))?;
    if version.id.is_none() {
        // There is one version called `null`, whatever its place.
        if current.as_ref().is_some_and(|current| current.id.is_none()) {
            gone = current.take();
            CURRENT.delete(tx, &(name, key))?;
        } else if let Some((place, former)) = store::older(tx, name, key, "null")? {
            take_older(tx, name, key, place, &former)?;
            gone = Some(former);
        }
    }
    let taken = current.as_ref().is_some_and(|current| current.sequence == version.sequence)
        || OLDER.get(tx, &(name, key, !version.sequence))?.is_some();
    if taken {
        return Err(error::operation_aborted());
    }
    match current {
        Some(current) if current.sequence > version.sequence => {
            put_older(tx, name, key, version)?;
        }
        Some(current) => {
            put_older(tx, name, key, &current)?;
            CURRENT.put(tx, &(name, key), version)?;
        }
        None => {
            // Where the one on top made way, an older one may be newer than this.
            let heir = OLDER.scan(tx).prefix(&(name, key)).next().transpose()?;
            match heir.filter(|(_, heir)| heir.sequence > version.sequence) {
                Some(((_, _, place), mut heir)) => {
                    take_older(tx, name, key, place, &heir)?;
                    heir.noncurrent_since = None;
                    CURRENT.put(tx, &(name, key), &heir)?;
                    put_older(tx, name, key, version)?;
                }
                None => CURRENT.put(tx, &(name, key), version)?,
            }
        }
    }
    let (now, mut delta) = (ctx.now(), Delta::default());
    delta.came(version);
    if let Some(gone) = &gone {
        delta.went(gone, now);
    }
    usage::change(tx, now, name, &delta)?;
    if tiering::is_watched(version) {
        worker::wake(tx, name, bucket, now)?;
    }
    let change = match version.delete_marker {
        true => Change::MarkedDeleted,
        false => Change::Created(By::Replication),
    };
    changes::note(ctx, tx, (name, bucket), key, change, version)?;
    Ok(gone.map(|gone| gone.blob))
}
