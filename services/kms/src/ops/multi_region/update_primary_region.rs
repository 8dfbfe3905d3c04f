//! `UpdatePrimaryRegion`: makes a replica the primary key, and the primary key a replica.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdatePrimaryRegion.html>

use kms_api::{
    UpdatePrimaryRegion, UpdatePrimaryRegionInput, UpdatePrimaryRegionOutput, error as api_error,
};
use platform::{Ctx, Handle, Result};

use super::{not_primary, region};
use crate::access::{self, Ask};
use crate::{Kms, error, find, jobs, related, store};

impl Handle<UpdatePrimaryRegion> for Kms {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: UpdatePrimaryRegionInput,
    ) -> Result<UpdatePrimaryRegionOutput> {
        let found = find::own(ctx, &input.key_id)?;
        let action = "kms:UpdatePrimaryRegion";
        let ask = Ask::with(vec![("kms:PrimaryRegion", input.primary_region.clone())]);
        access::require_change_with(ctx, &found, action, ask).await?;
        let region = region(&input.primary_region, ctx.region())?;
        let there = find::Found {
            scope: found.scope.in_region(region.clone()),
            key: found.key.clone(),
            alias: None,
        };
        if found.key.multi_region.is_none() || !found.key.is_primary(&found.scope) {
            return Err(not_primary(&found.arn()));
        }
        if there.scope == found.scope {
            return Err(error::invalid(format!("{region} is the primary Region already.")));
        }
        let replica = ctx.read(|tx| store::KEYS.get(&tx.in_scope(&there.scope), &there.key.id))?;
        let replica = replica.ok_or_else(|| error::no_key(&there.arn()))?;
        let elsewhere = ctx.with_scope(there.scope.clone());
        let there = find::Found { key: replica, ..there };
        access::require_change(&elsewhere, &there, action).await?;
        ctx.write(|tx| {
            let (old, new) = (find::again(tx, &found)?, find::again(tx, &there)?);
            old.works(&found.scope)?;
            new.works(&there.scope)?;
            if !old.is_primary(&found.scope) {
                return Err(api_error::kms_invalid_state_exception(format!(
                    "{} is not the primary key any more.",
                    found.arn()
                )));
            }
            let old = related::change(tx, &old, |_, key| {
                if let Some(multi) = &mut key.multi_region {
                    multi.replicas.remove(&region);
                    multi.replicas.insert(std::mem::replace(&mut multi.primary, region.clone()));
                }
                Ok(())
            })?;
            // The primary key is the one whose region rotates.
            jobs::schedule_rotation(tx, &old)?;
            let tx = &tx.in_scope(&there.scope);
            jobs::schedule_rotation(tx, &find::again(tx, &there)?)
        })
        .await?;
        Ok(UpdatePrimaryRegionOutput::default())
    }
}
