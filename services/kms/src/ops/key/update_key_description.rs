//! `UpdateKeyDescription`: what a key is for, in words.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdateKeyDescription.html>

use kms_api::{UpdateKeyDescription, UpdateKeyDescriptionInput, UpdateKeyDescriptionOutput};
use platform::{Ctx, Handle, Result};

use crate::{Kms, access, find};

impl Handle<UpdateKeyDescription> for Kms {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: UpdateKeyDescriptionInput,
    ) -> Result<UpdateKeyDescriptionOutput> {
        let found = find::own(ctx, &input.key_id)?;
        access::require_change(ctx, &found, "kms:UpdateKeyDescription").await?;
        super::change(ctx, &found, |key| {
            key.not_being_deleted(&found.scope)?;
            key.description = input.description;
            Ok(())
        })
        .await?;
        Ok(UpdateKeyDescriptionOutput::default())
    }
}
