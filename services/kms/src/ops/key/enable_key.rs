//! `EnableKey`: switches a key on.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKey.html>

use kms_api::{EnableKey, EnableKeyInput, EnableKeyOutput};
use platform::{Ctx, Handle, Result};

use crate::{Kms, access, error, find};

impl Handle<EnableKey> for Kms {
    async fn handle(&self, ctx: &Ctx, input: EnableKeyInput) -> Result<EnableKeyOutput> {
        let found = find::own(ctx, &input.key_id)?;
        access::require_change(ctx, &found, "kms:EnableKey").await?;
        super::change(ctx, &found, |key| {
            key.not_being_deleted(&found.scope)?;
            if key.current.is_none() {
                return Err(error::pending_import(&found.arn()));
            }
            key.enabled = true;
            Ok(())
        })
        .await?;
        Ok(EnableKeyOutput::default())
    }
}
