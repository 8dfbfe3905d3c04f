//! What happens when nobody calls: keys whose time has come are gone.

use platform::jobs::{Job, JobKey};
use platform::{Ctx, Result, Timestamp, WriteTx};

use crate::{store, vault};

/// Deletes a key at the end of its waiting period.
pub(crate) const DELETE: &str = "kms.delete";

/// Has a key deleted.
pub(crate) fn schedule_deletion(tx: &WriteTx<'_>, id: &str, at: Timestamp) -> Result<()> {
    Ok(platform::jobs::schedule(tx, &JobKey::new(DELETE, id), at, Vec::new())?)
}

/// Has it stay.
pub(crate) fn cancel_deletion(tx: &WriteTx<'_>, id: &str) -> Result<()> {
    platform::jobs::cancel(tx, &JobKey::new(DELETE, id))?;
    Ok(())
}

/// Deletes a key, its material and its names. What it encrypted cannot be read by anyone any more.
pub(crate) async fn delete(ctx: Ctx, job: Job) -> anyhow::Result<()> {
    ctx.write(|tx| {
        let Some(key) = store::KEYS.get(tx, &job.key)? else { return Ok(()) };
        // Cancelled while this was about to run.
        if key.deletion.is_none_or(|deletion| deletion.at > job.due) {
            return Ok(());
        }
        vault::destroy(tx, &key.id)?;
        for alias in store::aliases_of(tx, &key.id)? {
            store::delete_alias(tx, &alias)?;
        }
        store::KEYS.delete(tx, &key.id)?;
        Ok::<_, platform::Fail>(())
    })
    .await?;
    Ok(())
}
