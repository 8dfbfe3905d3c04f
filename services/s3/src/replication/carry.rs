//! Carries versions over: bytes, metadata and what can change of it later, or a delete marker, to
//! each place they go.
//!
//! A version that is there already only gets what its source's settings are now, so a job that runs
//! twice changes nothing else. What the rules, roles and buckets do not allow fails for good;
//! anything else is tried again.

use std::sync::Arc;

use aquifer_object::BlobRef;
use platform::jobs::Job;
use platform::{Ctx, Fail, House, Result, WriteTx};
use s3_api::ServerSideEncryption;

use super::direct::Direct;
use super::reason::{Stopped, because, of_key};
use super::{COPY, SETTINGS, Target, Task, follow, place, session, tell};
use crate::checksum::Algorithm;
use crate::classes::Class;
use crate::encryption::{self, Asked, Encryption, Members};
use crate::model::{Bucket, Replication, Version, Versioning};
use crate::ops::object::copy_object::{CopyKeys, Source};
use crate::ops::object::require;
use crate::receive::Keep;
use crate::settings::Setting;
use crate::store::{self, BUCKETS};
use crate::{S3, classes, error};

/// Failures that are nobody's fault are put up with so often: about a day.
const FAILURES_MAX: u32 = 30;

/// Registers the jobs, and lets others ask for single versions.
pub(crate) fn register(house: &House, room: &Arc<S3>) {
    for kind in [COPY, SETTINGS] {
        let room = Arc::clone(room);
        house.jobs.register_long(kind, move |ctx, job| {
            let room = Arc::clone(&room);
            async move { run(&room, &ctx, &job, kind == SETTINGS).await }
        });
    }
    house.jobs.register(tell::MISSED, |ctx, job| async move { tell::look(&ctx, &job).await });
    let direct: Arc<dyn s3_api::Replicates> = Arc::new(Direct(Arc::clone(room)));
    house.parts.set_ext(Arc::new(s3_api::Replicator(direct)));
}

/// What stands in the way of a version, to one place or to all.
pub(super) struct Refused {
    target: Option<usize>,
    pub stopped: Stopped,
}

async fn run(room: &S3, ctx: &Ctx, job: &Job, settings_only: bool) -> anyhow::Result<()> {
    let task: Task = rmp_serde::from_slice(&job.payload)?;
    let refused = match carry(room, ctx, &task, settings_only).await {
        Ok(Some(refused)) => refused,
        Ok(None) if settings_only => return Ok(()),
        Ok(None) => return Ok(ctx.write(|tx| tell::untracked(ctx, tx, &task)).await?),
        Err(fail) if job.failures >= FAILURES_MAX => {
            vec![Refused { target: None, stopped: fail.into() }]
        }
        Err(fail) => anyhow::bail!("{}: {}", fail.code(), fail.message()),
    };
    for Refused { stopped, .. } in &refused {
        let (bucket, key, reason) = (&task.bucket, &task.key, stopped.reason);
        let (code, message) = (stopped.fail.code(), stopped.fail.message());
        tracing::warn!(bucket, key, reason, code, "not replicated: {message}");
    }
    if !settings_only {
        finish(ctx, &task, &refused).await?;
    }
    Ok(())
}

/// Notes on the source how it went, and tells of it.
pub(super) async fn finish(ctx: &Ctx, task: &Task, refused: &[Refused]) -> Result<()> {
    let (name, key) = (task.bucket.as_str(), task.key.as_str());
    let outcome = if refused.is_empty() { Replication::Completed } else { Replication::Failed };
    ctx.write(|tx| {
        let version = store::find(tx, name, key, Some(&task.version_id))?;
        if let Some(mut version) = version
            && version.replication != Some(Replication::Replica)
        {
            version.replication = Some(outcome);
            store::save(tx, name, key, &version)?;
        }
        for (at, target) in task.targets.iter().enumerate() {
            let why = refused.iter().find(|one| one.target.is_none_or(|one| one == at));
            tell::end(ctx, tx, task, target, why.map(|one| one.stopped.reason))?;
        }
        tell::unwatch(tx, task)
    })
    .await
}

/// Carries a version to all of its places, or only what changed of it; the answer is what keeps it
/// from which, or none where the version is gone. One place that cannot be reached does not keep
/// it from others.
///
/// # Errors
/// What is nobody's fault: it may go better the next time.
pub(super) async fn carry(
    room: &S3,
    ctx: &Ctx,
    task: &Task,
    settings_only: bool,
) -> Result<Option<Vec<Refused>>> {
    let Some((version, source)) = source(ctx, task)? else { return Ok(None) };
    let role = match as_role(ctx, task, &version, &source).await {
        Ok(role) => role,
        Err(stopped) if stopped.is_final() => {
            return Ok(Some(vec![Refused { target: None, stopped }]));
        }
        Err(stopped) => return Err(stopped.fail),
    };
    let mut refused = Vec::new();
    for (at, target) in task.targets.iter().enumerate() {
        match carry_to(room, &role, task, target, settings_only).await {
            Err(stopped) if stopped.is_final() => {
                refused.push(Refused { target: Some(at), stopped });
            }
            other => other.map_err(|stopped| stopped.fail)?,
        }
    }
    Ok(Some(refused))
}

/// The role, if it may read the version.
async fn as_role(
    ctx: &Ctx,
    task: &Task,
    version: &Version,
    source: &Bucket,
) -> Result<Ctx, Stopped> {
    let role = session::of(ctx, &task.role).await.map_err(because("AssumeRoleNotPermitted"))?;
    let object = (task.bucket.as_str(), task.key.as_str());
    let reading = role.with_scope(source.owner.clone());
    require(&reading, "s3:GetObjectVersionForReplication", object, None)
        .await
        .map_err(because("SrcGetObjectNotPermitted"))?;
    follow::may_read(&reading, task, version).await?;
    Ok(role)
}

/// The version as it is now, and its bucket; none once either is gone.
fn source(ctx: &Ctx, task: &Task) -> Result<Option<(Version, Bucket)>> {
    ctx.read(|tx| {
        let Some(bucket) = BUCKETS.get(tx, &task.bucket)? else { return Ok(None) };
        let version = store::find(tx, &task.bucket, &task.key, Some(&task.version_id))?;
        Ok(version.map(|version| (version, bucket)))
    })
}

async fn carry_to(
    room: &S3,
    role: &Ctx,
    task: &Task,
    target: &Target,
    settings_only: bool,
) -> Result<(), Stopped> {
    let Some((version, home)) = source(role, task)? else { return Ok(()) };
    let (bucket, there) = role.read(|tx| {
        let there = store::find(tx, &target.bucket, &task.key, Some(&task.version_id))?;
        Ok::<_, Fail>((BUCKETS.get(tx, &target.bucket)?, there))
    })?;
    let bucket = destination(bucket, target)?;
    if there.is_none() && settings_only {
        return Ok(());
    }
    let locks = |bucket: &Bucket| bucket.settings.has(Setting::ObjectLock);
    if locks(&home) && !locks(&bucket) {
        let fail = error::invalid_request("Destination bucket must have Object Lock enabled.");
        return Err(because("DstBucketObjectLockConfigMissing")(fail));
    }
    let owner = role.with_scope(bucket.owner.clone());
    may_write(&owner, task, target, &version, there.as_ref()).await?;
    if there.is_some() {
        role.write(|tx| follow::put(role, tx, task, target)).await?;
        return Ok(());
    }
    if version.delete_marker {
        let freed = role.write(|tx| put(role, tx, task, target, &version)).await?;
        room.free(freed).await;
        return Ok(());
    }
    let find = || {
        let (from, bucket) = source(role, task)?.ok_or_else(|| error::no_such_key(&task.key))?;
        let algorithm = from.checksum.as_ref().map_or(Algorithm::Crc64Nvme, |c| c.algorithm);
        Ok(Source { range: 0..from.size, from, bucket, algorithm })
    };
    let place = (target.bucket.as_str(), task.key.as_str());
    let asked = sealed_as(&version, target)?;
    let defaults = role.read(|tx| encryption::defaults(tx, (&target.bucket, &bucket)))?;
    let sealing = room.seal(role, place, &asked, &defaults).await;
    let sealing = sealing.map_err(of_key("DstKmsKeyNotFound", "DstKmsKeyInvalidState"))?;
    let from = (task.bucket.as_str(), task.key.as_str());
    let class = class_there(target, &version)?;
    let keep = Keep { key: Some(&sealing.key), at: place, class: Class::of(class.as_deref()) };
    let keys = CopyKeys { source: from, given: None, keep };
    let (Source { from, .. }, written) = match room.copy_bytes(role, find, keys).await {
        // It was deleted on the way: there is nothing to carry any more.
        Err(fail) if fail.is("NoSuchKey") => return Ok(()),
        copied => copied.map_err(of_key("SrcKmsKeyNotFound", "SrcKmsKeyInvalidState"))?,
    };
    let encryption = Some(sealing.encryption);
    let replica = Version { blob: written.blob.clone(), encryption, ..from };
    let freed = room.name(role, &written.blob, |tx| put(role, tx, task, target, &replica)).await?;
    room.free(freed).await;
    Ok(())
}

/// The class of a replica, as rows name it.
fn class_there(target: &Target, from: &Version) -> Result<Option<String>> {
    match target.storage_class.as_deref().map(s3_api::StorageClass::parse) {
        Some(class) => classes::asked(class),
        None => Ok(from.storage_class.clone()),
    }
}

/// A replica is encrypted in the way of its source, whatever its bucket does by itself; under KMS by
/// the key that the rule names.
fn sealed_as(version: &Version, target: &Target) -> Result<Asked> {
    let kms = |method| {
        Asked::of(Members {
            method: Some(method),
            kms_key: target.kms_key.as_deref(),
            context: None,
            bucket_key: None,
            customer: None,
        })
    };
    match &version.encryption {
        Some(Encryption::S3) => Ok(Asked::S3),
        Some(Encryption::Kms(row)) if row.dual => kms(ServerSideEncryption::AwsKmsDsse),
        Some(Encryption::Kms(_)) => kms(ServerSideEncryption::AwsKms),
        // What a client's key seals cannot be opened: the copy fails for that.
        Some(Encryption::Customer(_)) | None => Ok(Asked::Nothing { bucket_key: None }),
    }
}

/// The bucket that replicas go to, if it can take them.
fn destination(bucket: Option<Bucket>, target: &Target) -> Result<Bucket, Stopped> {
    let missing = || because("DstBucketNotFound")(error::no_such_bucket(&target.bucket));
    let bucket = bucket.ok_or_else(missing)?;
    if bucket.versioning != Versioning::Enabled {
        let fail = error::invalid_request("Destination bucket must have versioning enabled.");
        return Err(because("DstBucketUnversioned")(fail));
    }
    let owner = bucket.owner.account;
    if target.account.as_deref().is_some_and(|account| account != owner.as_str()) {
        return Err(because("DstPutObjNotPermitted")(error::access_denied()));
    }
    Ok(bucket)
}

/// Asks whether the role may write the replica, or what changed of it.
async fn may_write(
    role: &Ctx,
    task: &Task,
    target: &Target,
    version: &Version,
    there: Option<&Version>,
) -> Result<(), Stopped> {
    let object = (target.bucket.as_str(), task.key.as_str());
    let ask = async |action| require(role, action, object, None).await;
    if version.delete_marker {
        return ask("s3:ReplicateDelete").await.map_err(because("DstDelObjNotPermitted"));
    }
    let retagged = match there {
        Some(there) => there.tags != version.tags,
        None => !version.tags.is_empty(),
    };
    if there.is_none_or(|there| there.lock != version.lock || there.acl != version.acl) {
        ask("s3:ReplicateObject").await.map_err(because("DstPutObjNotPermitted"))?;
    }
    if there.is_none() && target.own {
        let action = "s3:ObjectOwnerOverrideToBucketOwner";
        ask(action).await.map_err(because("DstPutAclNotPermitted"))?;
    }
    if retagged {
        ask("s3:ReplicateTags").await.map_err(because("DstPutTaggingNotPermitted"))?;
    }
    Ok(())
}

/// Writes the row of a replica, unless it came to be there meanwhile.
fn put(
    ctx: &Ctx,
    tx: &WriteTx<'_>,
    task: &Task,
    target: &Target,
    from: &Version,
) -> Result<Option<BlobRef>> {
    let (name, key, id) = (target.bucket.as_str(), task.key.as_str(), task.version_id.as_str());
    let found = destination(BUCKETS.get(tx, name)?, target);
    let bucket = found.map_err(|stopped| stopped.fail)?;
    if store::find(tx, name, key, Some(id))?.is_some() {
        follow::put(ctx, tx, task, target)?;
        // The bytes just stored are not needed.
        return Ok(Some(from.blob.clone()).filter(|_| !from.delete_marker));
    }
    // What can change may have changed while the bytes were copied.
    let source = store::find(tx, &task.bucket, key, Some(id))?;
    let now = source.as_ref().unwrap_or(from);
    let replica = Version {
        sequence: from.sequence,
        id: from.id.clone(),
        delete_marker: from.delete_marker,
        blob: from.blob.clone(),
        size: from.size,
        etag: from.etag.clone(),
        encryption: from.encryption.clone(),
        headers: from.headers.clone(),
        storage_class: class_there(target, from)?,
        checksum: from.checksum.clone(),
        tags: now.tags.clone(),
        lock: follow::lock_of_new(ctx, tx, (name, &bucket), now)?,
        acl: follow::acl(target, now),
        parts: from.parts.clone(),
        replication: Some(Replication::Replica),
        ..Version::new(if target.own { bucket.owner.account } else { from.owner }, from.modified)
    };
    place::put(ctx, tx, (name, &bucket), key, &replica)
}
