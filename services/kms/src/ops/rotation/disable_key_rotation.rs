//! `DisableKeyRotation`: has a key keep the material it has.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_DisableKeyRotation.html>

use kms_api::{DisableKeyRotation, DisableKeyRotationInput, DisableKeyRotationOutput};
use platform::{Ctx, Handle, Result};

use super::{check_primary, check_rotates};
use crate::{Kms, access, find, jobs, related};

impl Handle<DisableKeyRotation> for Kms {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DisableKeyRotationInput,
    ) -> Result<DisableKeyRotationOutput> {
        let found = find::own(ctx, &input.key_id)?;
        access::require_change(ctx, &found, "kms:DisableKeyRotation").await?;
        check_rotates(&found)?;
        check_primary(&found)?;
        ctx.write(|tx| {
            let key = find::again(tx, &found)?;
            key.works(&found.scope)?;
            let key = related::change(tx, &key, |_, key| {
                key.rotation = None;
                Ok(())
            })?;
            jobs::schedule_rotation(tx, &key)
        })
        .await?;
        Ok(DisableKeyRotationOutput::default())
    }
}
