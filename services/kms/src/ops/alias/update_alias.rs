//! `UpdateAlias`: puts a name to another key.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdateAlias.html>

use kms_api::{UpdateAlias, UpdateAliasInput, UpdateAliasOutput};
use platform::{Ctx, Handle, Result};

use super::{OF_KEY_MAX, check_name, no_alias, require, too_many};
use crate::{Kms, access, error, find, spec, store};

impl Handle<UpdateAlias> for Kms {
    async fn handle(&self, ctx: &Ctx, input: UpdateAliasInput) -> Result<UpdateAliasOutput> {
        let name = input.alias_name;
        check_name(&name)?;
        let found = find::own(ctx, &input.target_key_id)?;
        let old = ctx.read(|tx| store::alias(tx, &name))?.ok_or_else(|| no_alias(ctx, &name))?;
        require(ctx, "kms:UpdateAlias", &name).await?;
        access::require_change(ctx, &found, "kms:UpdateAlias").await?;
        let old = find::by_id(ctx, &old.target)?;
        access::require_change(ctx, &old, "kms:UpdateAlias").await?;
        if !spec::alike(old.key.spec, found.key.spec) || old.key.usage != found.key.usage {
            return Err(error::invalid(
                "The current and new KMS keys must be the same type, and must have the same key \
                 usage.",
            ));
        }
        ctx.write(|tx| {
            let key = find::read(tx, found.scope.clone(), found.key.id.clone(), None)?.key;
            key.not_being_deleted(&found.scope)?;
            let mut row = store::alias(tx, &name)?.ok_or_else(|| no_alias(ctx, &name))?;
            if row.target != key.id && store::aliases_of(tx, &key.id)?.len() >= OF_KEY_MAX {
                return Err(too_many());
            }
            (row.target, row.updated) = (key.id, ctx.now().floor_millis());
            Ok(store::put_alias(tx, &name, &row)?)
        })
        .await?;
        Ok(UpdateAliasOutput::default())
    }
}
