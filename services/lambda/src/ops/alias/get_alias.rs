//! `GetAlias`: what a name stands for.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_GetAlias.html>

use lambda_api::{GetAlias, GetAliasInput, GetAliasOutput};
use platform::{Ctx, Handle, Result};

use crate::store::ALIASES;
use crate::{Lambda, error, names};

impl Handle<GetAlias> for Lambda {
    async fn handle(&self, ctx: &Ctx, input: GetAliasInput) -> Result<GetAliasOutput> {
        let named = names::whole(ctx, "lambda:GetAlias", &input.function_name).await?;
        let (ctx, name) = (&named.ctx, named.name.as_str());
        let found = ctx.read(|tx| ALIASES.get(tx, &(name, input.name.as_str())))?;
        let missing = || error::no_alias(&names::arn(ctx.scope(), name, Some(&input.name)));
        Ok(found.ok_or_else(missing)?.0)
    }
}
