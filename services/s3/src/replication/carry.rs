//! Carries versions over: bytes, metadata and tags, or a delete marker, to each place they go.
//!
//! A version that is there already only gets the tags of its source, so a job that runs twice, or
//! runs for tags alone, changes nothing else. What the rules, roles and buckets do not allow fails
//! for good; anything else is tried again.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use platform::jobs::Job;
use platform::{Ctx, Fail, House, Result, WriteTx};

use super::{COPY, TAGS, Target, Task, configuration, place, rules, session};
use crate::checksum::Algorithm;
use crate::classes::Class;
use crate::encryption::{self, Asked};
use crate::model::{Bucket, Replication, Version, Versioning};
use crate::ops::object::copy_object::{CopyKeys, Source};
use crate::ops::object::require;
use crate::receive::Keep;
use crate::store::{self, BUCKETS};
use crate::{S3, classes, error};

/// Failures that are nobody's fault are put up with so often: about a day.
const FAILURES_MAX: u32 = 30;

/// Registers the jobs, and lets others ask for single versions.
pub(crate) fn register(house: &House, room: &Arc<S3>) {
    for kind in [COPY, TAGS] {
        let room = Arc::clone(room);
        house.jobs.register_long(kind, move |ctx, job| {
            let room = Arc::clone(&room);
            async move { run(&room, &ctx, &job, kind == TAGS).await }
        });
    }
    let direct: Arc<dyn s3_api::Replicates> = Arc::new(Direct(Arc::clone(room)));
    house.parts.set_ext(Arc::new(s3_api::Replicator(direct)));
}

async fn run(room: &S3, ctx: &Ctx, job: &Job, tags_only: bool) -> anyhow::Result<()> {
    let task: Task = rmp_serde::from_slice(&job.payload)?;
    let outcome = match carry(room, ctx, &task, tags_only).await {
        Ok(()) => Replication::Completed,
        Err(fail) if fail.is_sender() || job.failures >= FAILURES_MAX => {
            let (bucket, key) = (&task.bucket, &task.key);
            tracing::warn!(bucket, key, code = fail.code(), "not replicated: {}", fail.message());
            Replication::Failed
        }
        Err(fail) => anyhow::bail!("{}: {}", fail.code(), fail.message()),
    };
    if !tags_only {
        finish(ctx, &task, outcome).await?;
    }
    Ok(())
}

/// Notes on the source how it went.
async fn finish(ctx: &Ctx, task: &Task, outcome: Replication) -> Result<()> {
    let (name, key) = (task.bucket.as_str(), task.key.as_str());
    ctx.write(|tx| {
        let version = store::find(tx, name, key, Some(&task.version_id))?;
        if let Some(mut version) = version
            && version.replication != Some(Replication::Replica)
        {
            version.replication = Some(outcome);
            store::save(tx, name, key, &version)?;
        }
        Ok::<_, Fail>(())
    })
    .await
}

/// Carries a version to all of its places. One that cannot be reached does not keep it from others.
async fn carry(room: &S3, ctx: &Ctx, task: &Task, tags_only: bool) -> Result<()> {
    let Some((version, source)) = source(ctx, task)? else { return Ok(()) };
    let role = session::of(ctx, &task.role).await?;
    let object = (task.bucket.as_str(), task.key.as_str());
    let reading = role.with_scope(source.owner.clone());
    require(&reading, "s3:GetObjectVersionForReplication", object, None).await?;
    if !version.tags.is_empty() {
        require(&reading, "s3:GetObjectVersionTagging", object, None).await?;
    }
    let mut refused = None;
    for target in &task.targets {
        match carry_to(room, &role, task, target, tags_only).await {
            Err(fail) if fail.is_sender() => refused = refused.or(Some(fail)),
            other => other?,
        }
    }
    refused.map_or(Ok(()), Err)
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
    tags_only: bool,
) -> Result<()> {
    let Some((version, _)) = source(role, task)? else { return Ok(()) };
    let (bucket, there, defaults) = role.read(|tx| {
        let bucket = destination(BUCKETS.get(tx, &target.bucket)?, target)?;
        let there = store::find(tx, &target.bucket, &task.key, Some(&task.version_id))?;
        let defaults = encryption::defaults(tx, (&target.bucket, &bucket))?;
        Ok::<_, Fail>((bucket, there, defaults))
    })?;
    if there.is_none() && tags_only {
        return Ok(());
    }
    may_write(&role.with_scope(bucket.owner), task, target, &version, there.is_some()).await?;
    if there.is_some() {
        return role.write(|tx| put_tags(tx, task, target)).await;
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
    let sealing = room.seal(role, place, &Asked::Nothing { bucket_key: None }, &defaults).await?;
    let from = (task.bucket.as_str(), task.key.as_str());
    let class = class_there(target, &version)?;
    let keep = Keep { key: Some(&sealing.key), class: Class::of(class.as_deref()) };
    let keys = CopyKeys { source: from, given: None, keep };
    let (Source { from, .. }, written) = match room.copy_bytes(role, find, keys).await {
        // It was deleted on the way: there is nothing to carry any more.
        Err(fail) if fail.is("NoSuchKey") => return Ok(()),
        copied => copied?,
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

/// The bucket that replicas go to, if it can take them.
fn destination(bucket: Option<Bucket>, target: &Target) -> Result<Bucket> {
    let bucket = bucket.ok_or_else(|| error::no_such_bucket(&target.bucket))?;
    if bucket.versioning != Versioning::Enabled {
        return Err(error::invalid_request("Destination bucket must have versioning enabled."));
    }
    let owner = bucket.owner.account;
    if target.account.as_deref().is_some_and(|account| account != owner.as_str()) {
        return Err(error::access_denied());
    }
    Ok(bucket)
}

/// Asks whether the role may write the replica.
async fn may_write(
    role: &Ctx,
    task: &Task,
    target: &Target,
    version: &Version,
    there: bool,
) -> Result<()> {
    let object = (target.bucket.as_str(), task.key.as_str());
    if version.delete_marker {
        return require(role, "s3:ReplicateDelete", object, None).await;
    }
    if !there {
        require(role, "s3:ReplicateObject", object, None).await?;
        if target.own {
            require(role, "s3:ObjectOwnerOverrideToBucketOwner", object, None).await?;
        }
    }
    if there || !version.tags.is_empty() {
        require(role, "s3:ReplicateTags", object, None).await?;
    }
    Ok(())
}

/// Gives a replica the tags that its source has now.
fn put_tags(tx: &WriteTx<'_>, task: &Task, target: &Target) -> Result<()> {
    let id = Some(task.version_id.as_str());
    let Some(from) = store::find(tx, &task.bucket, &task.key, id)? else { return Ok(()) };
    if let Some(mut there) = store::find(tx, &target.bucket, &task.key, id)?
        && there.tags != from.tags
    {
        there.tags = from.tags;
        store::save(tx, &target.bucket, &task.key, &there)?;
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
) -> Result<Option<aquifer_object::BlobRef>> {
    let (name, key, id) = (target.bucket.as_str(), task.key.as_str(), task.version_id.as_str());
    let bucket = destination(BUCKETS.get(tx, name)?, target)?;
    if store::find(tx, name, key, Some(id))?.is_some() {
        put_tags(tx, task, target)?;
        // The bytes just stored are not needed.
        return Ok(Some(from.blob.clone()).filter(|_| !from.delete_marker));
    }
    // Tags may have changed while the bytes were copied.
    let source = store::find(tx, &task.bucket, key, Some(id))?;
    let tags = source.map_or_else(|| from.tags.clone(), |source| source.tags);
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
        tags,
        parts: from.parts.clone(),
        replication: Some(Replication::Replica),
        ..Version::new(if target.own { bucket.owner.account } else { from.owner }, from.modified)
    };
    place::put(ctx, tx, (name, &bucket), key, &replica)
}

/// Replicates single versions at once, for whoever asks through the api.
struct Direct(Arc<S3>);

type Answer<T> = Pin<Box<dyn Future<Output = Result<T>> + Send>>;

impl s3_api::Replicates for Direct {
    fn replicate(
        &self,
        ctx: Ctx,
        bucket: String,
        key: String,
        version_id: Option<String>,
    ) -> Answer<()> {
        let room = Arc::clone(&self.0);
        Box::pin(async move {
            require(&ctx, "s3:InitiateReplication", (&bucket, &key), None).await?;
            let task = ctx.read(|tx| {
                let row = store::bucket(&ctx, tx, &bucket, None)?;
                let version = store::find(tx, &bucket, &key, version_id.as_deref())?;
                let version = version.ok_or_else(|| error::no_such_key(&key))?;
                let configuration = configuration(tx, (&bucket, &row))?
                    .ok_or_else(|| error::no_replication_configuration(&bucket))?;
                let targets = any_targets(&configuration, &key, &version);
                let version_id = version.id_text().to_owned();
                let role = configuration.role;
                Ok::<_, Fail>(Task { role, bucket, key, version_id, targets })
            })?;
            if task.targets.is_empty() {
                return Err(error::invalid_request("No replication rule applies to the object."));
            }
            match carry(&room, &ctx, &task, false).await {
                Ok(()) => finish(&ctx, &task, Replication::Completed).await,
                Err(fail) => {
                    finish(&ctx, &task, Replication::Failed).await?;
                    Err(fail)
                }
            }
        })
    }

    fn is_eligible(
        &self,
        ctx: &Ctx,
        bucket: &str,
        key: &str,
        version_id: Option<&str>,
    ) -> Result<bool> {
        ctx.read(|tx| {
            let row = store::bucket(ctx, tx, bucket, None)?;
            let Some(version) = store::find(tx, bucket, key, version_id)? else {
                return Ok(false);
            };
            let Some(configuration) = configuration(tx, (bucket, &row))? else {
                return Ok(false);
            };
            Ok(!any_targets(&configuration, key, &version).is_empty())
        })
    }
}

/// Where a version goes when it is asked for: replicas too then.
fn any_targets(
    configuration: &s3_api::ReplicationConfiguration,
    key: &str,
    version: &Version,
) -> Vec<Target> {
    let version = Version { replication: None, ..version.clone() };
    rules::targets(configuration, key, &version)
}
