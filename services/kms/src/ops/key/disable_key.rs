//! `DisableKey`: switches a key off.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_DisableKey.html>

use kms_api::{DisableKey, DisableKeyInput, DisableKeyOutput};
use platform::{Ctx, Handle, Result};

use crate::{Kms, access, error, find};

impl Handle<DisableKey> for Kms {
    async fn handle(&self, ctx: &Ctx, input: DisableKeyInput) -> Result<DisableKeyOutput> {
        let found = find::own(ctx, &input.key_id)?;
        access::require_change(ctx, &found, "kms:DisableKey").await?;
        super::change(ctx, &found, |key| {
            key.not_being_deleted(&found.scope)?;
            if key.current.is_none() {
                return Err(error::pending_import(&found.arn()));
            }
            key.enabled = false;
            Ok(())
        })
        .await?;
        Ok(DisableKeyOutput::default())
    }
}
