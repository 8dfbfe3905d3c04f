//! What happens when nobody calls: keys whose time has come are gone, rotated, or without their
//! imported material.

use std::time::Duration;

use platform::jobs::{Job, JobKey};
use platform::{Ctx, Result, Timestamp, WriteTx};

use crate::model::{Deletion, KeyRow, RotationKind};
use crate::vault::{self, Vault};
use crate::{find, related, store, usage};

/// Deletes a key at the end of its waiting period.
pub(crate) const DELETE: &str = "kms.delete";
/// Gives a key new material.
pub(crate) const ROTATE: &str = "kms.rotate";
/// Takes imported material away whose time is over.
pub(crate) const EXPIRE: &str = "kms.expire";

pub(crate) const DAY: Duration = Duration::from_secs(86_400);

/// Has a key of the transaction's scope deleted after some days; one that has replicas once they are
/// gone.
pub(crate) fn schedule_deletion(
    tx: &WriteTx<'_>,
    now: Timestamp,
    mut key: KeyRow,
    days: i32,
) -> Result<KeyRow> {
    let waits = key
        .multi_region
        .as_ref()
        .is_some_and(|multi| multi.primary == tx.scope().region && !multi.replicas.is_empty());
    let at = (!waits).then(|| (now + DAY * days.unsigned_abs()).floor_millis());
    key.deletion = Some(Deletion { days, at });
    if let Some(at) = at {
        platform::jobs::schedule(tx, &JobKey::new(DELETE, key.id.as_str()), at, Vec::new())?;
    }
    store::KEYS.put(tx, &key.id, &key)?;
    // What is to be deleted costs nothing any more.
    usage::closed(tx, now, &key.id)?;
    Ok(key)
}

/// Has it stay.
pub(crate) fn cancel_deletion(tx: &WriteTx<'_>, id: &str) -> Result<()> {
    platform::jobs::cancel(tx, &JobKey::new(DELETE, id))?;
    Ok(())
}

/// Has a key of the transaction's scope rotated when that is due, if it is to be.
pub(crate) fn schedule_rotation(tx: &WriteTx<'_>, key: &KeyRow) -> Result<()> {
    let job = JobKey::new(ROTATE, key.id.as_str());
    match key.rotation.filter(|_| key.is_primary(tx.scope())) {
        Some(rotation) => platform::jobs::schedule(tx, &job, rotation.next, Vec::new())?,
        None => {
            platform::jobs::cancel(tx, &job)?;
        }
    }
    Ok(())
}

/// Has imported material of a key of the transaction's scope taken away when it expires, if it does.
pub(crate) fn schedule_expiry(tx: &WriteTx<'_>, key: &KeyRow) -> Result<()> {
    let job = JobKey::new(EXPIRE, key.id.as_str());
    match key.expires {
        Some(at) => platform::jobs::schedule(tx, &job, at, Vec::new())?,
        None => {
            platform::jobs::cancel(tx, &job)?;
        }
    }
    Ok(())
}

/// Deletes a key, its material, its names and its grants. What it encrypted cannot be read by anyone
/// any more.
pub(crate) async fn delete(ctx: Ctx, job: Job) -> anyhow::Result<()> {
    ctx.write(|tx| {
        let Some(key) = store::KEYS.get(tx, &job.key)? else { return Ok(()) };
        // Cancelled, or put off, while this was about to run.
        let due = key.deletion.and_then(|deletion| deletion.at);
        if due.is_none_or(|at| at > job.due) {
            return Ok(());
        }
        vault::destroy(tx, &key.id)?;
        for alias in store::aliases_of(tx, &key.id)? {
            store::delete_alias(tx, &alias)?;
        }
        store::delete_grants(tx, &key.id)?;
        for other in [ROTATE, EXPIRE] {
            platform::jobs::cancel(tx, &JobKey::new(other, key.id.as_str()))?;
        }
        store::KEYS.delete(tx, &key.id)?;
        usage::gone(tx, &key.id)?;
        related::left(tx, job.due, &key)
    })
    .await?;
    Ok(())
}

/// Gives a key new material, and says when it is to get the next.
pub(crate) async fn rotate(vault: Vault, ctx: Ctx, job: Job) -> anyhow::Result<()> {
    let scope = ctx.scope().clone();
    let found = match ctx.read(|tx| find::read(tx, scope, job.key.clone(), None)) {
        Ok(found) => found,
        Err(fail) if fail.is("NotFoundException") => return Ok(()),
        Err(fail) => return Err(fail.into()),
    };
    let bytes = vault::draw(&ctx, crate::spec::Kind::Symmetric).await?;
    let (id, mut material) = vault.seal(&ctx, &found.scope, &found.key.id, &bytes)?;
    (material.created, material.rotation) = (job.due, Some(RotationKind::Automatic));
    ctx.write(|tx| {
        let key = find::again(tx, &found)?;
        let Some(mut rotation) = key.rotation else { return Ok(()) };
        // A key that is off, or to be deleted, keeps what it has; it is made up for when it is on.
        if rotation.next > job.due || !matches!(key.state(), kms_api::KeyState::Enabled) {
            return Ok(());
        }
        rotation.next = job.due + DAY * rotation.days.unsigned_abs();
        let key = related::change(tx, &key, |tx, key| {
            store::MATERIALS.put(tx, &(key.id.as_str(), id.as_str()), &material)?;
            usage::rotated(tx, job.due, &key.id)?;
            key.current = Some(id.clone());
            key.rotation = Some(rotation);
            Ok(())
        })?;
        schedule_rotation(tx, &key)
    })
    .await?;
    Ok(())
}

/// Takes imported material away: the key is as it was before, and waits for the same again.
pub(crate) async fn expire(ctx: Ctx, job: Job) -> anyhow::Result<()> {
    ctx.write(|tx| {
        let Some(key) = store::KEYS.get(tx, &job.key)? else { return Ok(()) };
        match key.expires {
            Some(at) if at <= job.due => without_material(tx, key),
            _ => Ok(()),
        }
    })
    .await?;
    Ok(())
}

/// Takes imported material away.
pub(crate) fn without_material(tx: &WriteTx<'_>, mut key: KeyRow) -> Result<()> {
    vault::destroy(tx, &key.id)?;
    (key.current, key.expires) = (None, None);
    store::KEYS.put(tx, &key.id, &key)?;
    schedule_expiry(tx, &key)
}
