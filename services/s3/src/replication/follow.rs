//! What can change of a version after it was copied goes after it: tags, locks and lists of grants.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-for-metadata-changes.html>

use platform::{Ctx, Fail, Result, WriteTx};

use super::reason::{Stopped, because};
use super::{Target, Task};
use crate::access::acl::Acl;
use crate::lock::{self, Lock};
use crate::model::{Bucket, Version};
use crate::ops::object::require;
use crate::store;
use crate::versions::Cause;

/// Asks whether the role may read of the source what is to go along.
pub(super) async fn may_read(role: &Ctx, task: &Task, version: &Version) -> Result<(), Stopped> {
    let object = (task.bucket.as_str(), task.key.as_str());
    let ask = async |action| require(role, action, object, None).await;
    if !version.tags.is_empty() {
        ask("s3:GetObjectVersionTagging").await.map_err(because("SrcGetTaggingNotPermitted"))?;
    }
    if version.acl.is_some() && task.targets.iter().any(|target| !target.own) {
        ask("s3:GetObjectVersionAcl").await.map_err(because("SrcGetAclNotPermitted"))?;
    }
    let Some(lock) = &version.lock else { return Ok(()) };
    if lock.retention.is_some() {
        ask("s3:GetObjectRetention").await.map_err(because("SrcGetRetentionNotPermitted"))?;
    }
    if lock.legal_hold.is_some() {
        ask("s3:GetObjectLegalHold").await.map_err(because("SrcGetLegalHoldNotPermitted"))?;
    }
    Ok(())
}

/// The lock that a replica gets: its source's, or else what its bucket gives it.
pub(super) fn lock_of_new(
    ctx: &Ctx,
    tx: &WriteTx<'_>,
    at: (&str, &Bucket),
    from: &Version,
) -> Result<Option<Lock>> {
    if from.delete_marker {
        return Ok(None);
    }
    lock::with_default(ctx, tx, at, from.lock.clone())
}

/// The list of grants of a replica: its source's, unless it has an owner of its own.
pub(super) fn acl(target: &Target, from: &Version) -> Option<Acl> {
    if target.own { None } else { from.acl.clone() }
}

/// Gives a replica that is there the tags, the lock and the grants that its source has now.
///
/// # Errors
/// `AccessDenied` where the replica's own lock does not let it.
pub(super) fn put(ctx: &Ctx, tx: &WriteTx<'_>, task: &Task, target: &Target) -> Result<()> {
    let id = Some(task.version_id.as_str());
    let Some(from) = store::find(tx, &task.bucket, &task.key, id)? else { return Ok(()) };
    let Some(mut there) = store::find(tx, &target.bucket, &task.key, id)? else { return Ok(()) };
    let acl = if target.own { there.acl.clone() } else { from.acl.clone() };
    // What its bucket gave the replica stays until its source has a retention.
    let lock = if from.lock.is_none() { there.lock.clone() } else { from.lock.clone() };
    if there.tags == from.tags && there.lock == lock && there.acl == acl {
        return Ok(());
    }
    let retention = |lock: &Option<Lock>| lock.as_ref().and_then(|lock| lock.retention);
    let (before, after) = (retention(&there.lock), retention(&lock));
    // Who changed the source's had the right to.
    lock::check_change(before, after, ctx.now(), Cause::BypassingRequest)?;
    (there.tags, there.lock, there.acl) = (from.tags, lock, acl);
    store::save(tx, &target.bucket, &task.key, &there)?;
    Ok::<_, Fail>(())
}
