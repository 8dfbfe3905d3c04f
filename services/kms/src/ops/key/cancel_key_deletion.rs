//! `CancelKeyDeletion`: lets a key stay that was to be deleted. It comes back disabled.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_CancelKeyDeletion.html>

use kms_api::{CancelKeyDeletion, CancelKeyDeletionInput, CancelKeyDeletionOutput};
use platform::{Ctx, Handle, Result};

use crate::{Kms, access, error, find, jobs, store, usage};

impl Handle<CancelKeyDeletion> for Kms {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: CancelKeyDeletionInput,
    ) -> Result<CancelKeyDeletionOutput> {
        let found = find::own(ctx, &input.key_id)?;
        access::require_change(ctx, &found, "kms:CancelKeyDeletion").await?;
        ctx.write(|tx| {
            let mut key = find::again(tx, &found)?;
            if key.deletion.take().is_none() {
                return Err(error::not_pending_deletion(&found.arn()));
            }
            key.enabled = false;
            store::KEYS.put(tx, &key.id, &key)?;
            usage::opened(tx, ctx.now(), &key)?;
            jobs::cancel_deletion(tx, &key.id)
        })
        .await?;
        Ok(CancelKeyDeletionOutput { key_id: Some(found.arn().to_string()) })
    }
}
