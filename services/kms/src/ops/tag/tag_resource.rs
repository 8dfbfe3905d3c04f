//! `TagResource`: labels a key.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_TagResource.html>

use kms_api::{TagResource, TagResourceInput, TagResourceOutput};
use platform::{Ctx, Handle, Result};

use crate::access::{self, Ask};
use crate::ops::key::change;
use crate::{Kms, find, tags};

impl Handle<TagResource> for Kms {
    async fn handle(&self, ctx: &Ctx, input: TagResourceInput) -> Result<TagResourceOutput> {
        let found = find::own(ctx, &input.key_id)?;
        let ask = Ask { tags: &input.tags, ..Ask::default() };
        access::require_change_with(ctx, &found, "kms:TagResource", ask).await?;
        change(ctx, &found, |key| {
            key.not_being_deleted(&found.scope)?;
            key.tags = tags::with(std::mem::take(&mut key.tags), input.tags)?;
            Ok(())
        })
        .await?;
        Ok(TagResourceOutput::default())
    }
}
