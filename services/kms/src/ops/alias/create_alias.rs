//! `CreateAlias`: gives a key a name.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html>

use kms_api::{CreateAlias, CreateAliasInput, CreateAliasOutput};
use platform::{Ctx, Handle, Result};

use super::{OF_KEY_MAX, check_name, require, too_many};
use crate::model::AliasRow;
use crate::{Kms, access, error, find, store};

impl Handle<CreateAlias> for Kms {
    async fn handle(&self, ctx: &Ctx, input: CreateAliasInput) -> Result<CreateAliasOutput> {
        let name = input.alias_name;
        check_name(&name)?;
        let found = find::own(ctx, &input.target_key_id)?;
        require(ctx, "kms:CreateAlias", &name).await?;
        access::require_change(ctx, &found, "kms:CreateAlias").await?;
        let now = ctx.now().floor_millis();
        ctx.write(|tx| {
            let key = find::read(tx, found.scope.clone(), found.key.id.clone(), None)?.key;
            key.not_being_deleted(&found.scope)?;
            if store::alias(tx, &name)?.is_some() {
                return Err(error::alias_exists(&find::alias_arn(ctx.scope(), &name)));
            }
            if store::aliases_of(tx, &key.id)?.len() >= OF_KEY_MAX {
                return Err(too_many());
            }
            let row = AliasRow { target: key.id, created: now, updated: now };
            Ok(store::put_alias(tx, &name, &row)?)
        })
        .await?;
        Ok(CreateAliasOutput::default())
    }
}
