//! `UntagResource`: takes labels from a key.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_UntagResource.html>

use kms_api::{UntagResource, UntagResourceInput, UntagResourceOutput};
use platform::{Ctx, Handle, Result};

use crate::access::{self, Ask};
use crate::ops::key::change;
use crate::{Kms, find};

impl Handle<UntagResource> for Kms {
    async fn handle(&self, ctx: &Ctx, input: UntagResourceInput) -> Result<UntagResourceOutput> {
        let found = find::own(ctx, &input.key_id)?;
        let keys = input.tag_keys.iter().map(|key| ("aws:TagKeys", key.clone())).collect();
        access::require_change_with(ctx, &found, "kms:UntagResource", Ask::with(keys)).await?;
        change(ctx, &found, |key| {
            key.not_being_deleted(&found.scope)?;
            for tag in &input.tag_keys {
                key.tags.remove(tag);
            }
            Ok(())
        })
        .await?;
        Ok(UntagResourceOutput::default())
    }
}
