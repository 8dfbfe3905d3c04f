//! `EnableKey`: switches a key on.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKey.html>

use kms_api::{EnableKey, EnableKeyInput, EnableKeyOutput};
use platform::{Ctx, Handle, Result};

use crate::{Kms, access, error, find, jobs, store};

impl Handle<EnableKey> for Kms {
    async fn handle(&self, ctx: &Ctx, input: EnableKeyInput) -> Result<EnableKeyOutput> {
        let found = find::own(ctx, &input.key_id)?;
        access::require_change(ctx, &found, "kms:EnableKey").await?;
        ctx.write(|tx| {
            let mut key = find::again(tx, &found)?;
            key.not_being_deleted(&found.scope)?;
            if key.current.is_none() {
                return Err(error::pending_import(&found.arn()));
            }
            key.enabled = true;
            store::KEYS.put(tx, &key.id, &key)?;
            // A rotation that fell due while the key was off is made up for at once.
            jobs::schedule_rotation(tx, &key)
        })
        .await?;
        Ok(EnableKeyOutput::default())
    }
}
