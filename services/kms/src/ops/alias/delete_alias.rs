//! `DeleteAlias`: takes a name from a key.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteAlias.html>

use kms_api::{DeleteAlias, DeleteAliasInput, DeleteAliasOutput};
use platform::{Ctx, Handle, Result};

use super::{check_name, no_alias, require};
use crate::{Kms, access, find, store};

impl Handle<DeleteAlias> for Kms {
    async fn handle(&self, ctx: &Ctx, input: DeleteAliasInput) -> Result<DeleteAliasOutput> {
        let name = input.alias_name;
        check_name(&name)?;
        let row = ctx.read(|tx| store::alias(tx, &name))?.ok_or_else(|| no_alias(ctx, &name))?;
        let found = find::by_id(ctx, &row.target)?;
        require(ctx, "kms:DeleteAlias", &name).await?;
        access::require_change(ctx, &found, "kms:DeleteAlias").await?;
        ctx.write(|tx| match store::delete_alias(tx, &name)? {
            true => Ok(()),
            false => Err(no_alias(ctx, &name)),
        })
        .await?;
        Ok(DeleteAliasOutput::default())
    }
}
