//! `RevokeGrant`: ends a grant, at the will of those who rule the key.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_RevokeGrant.html>

use kms_api::{RevokeGrant, RevokeGrantInput, RevokeGrantOutput};
use platform::{Ctx, Handle, Result};

use super::no_grant;
use crate::access::{self, Ask};
use crate::grants::Place;
use crate::{Kms, error, find};

impl Handle<RevokeGrant> for Kms {
    async fn handle(&self, ctx: &Ctx, input: RevokeGrantInput) -> Result<RevokeGrantOutput> {
        let found = find::by_id(ctx, &input.key_id)?;
        access::require(ctx, &found, "kms:RevokeGrant", Ask::default()).await?;
        found.key.not_being_deleted(&found.scope)?;
        let place = Place { scope: found.scope, key_id: found.key.id, grant_id: input.grant_id };
        if ctx.read(|tx| place.read(tx))?.is_none() {
            return Err(no_grant(&place.grant_id));
        }
        if input.dry_run == Some(true) {
            return Err(error::dry_run());
        }
        match ctx.write(|tx| place.delete(tx)).await? {
            true => Ok(RevokeGrantOutput::default()),
            false => Err(no_grant(&place.grant_id)),
        }
    }
}
