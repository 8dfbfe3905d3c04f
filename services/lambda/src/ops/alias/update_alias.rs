//! `UpdateAlias`: another version for a name.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html>

use lambda_api::{UpdateAlias, UpdateAliasInput, UpdateAliasOutput};
use platform::{Ctx, Fail, Handle, Result};

use crate::store::ALIASES;
use crate::{Lambda, aliases, error, names};

impl Handle<UpdateAlias> for Lambda {
    async fn handle(&self, ctx: &Ctx, input: UpdateAliasInput) -> Result<UpdateAliasOutput> {
        let named = names::whole(ctx, "lambda:UpdateAlias", &input.function_name).await?;
        let (ctx, name) = (&named.ctx, named.name.as_str());
        let arn = names::arn(ctx.scope(), name, Some(&input.name));
        ctx.write(|tx| {
            let key = (name, input.name.as_str());
            let mut row = ALIASES.get(tx, &key)?.ok_or_else(|| error::no_alias(&arn))?;
            let alias = &mut row.0;
            if input.revision_id.is_some() && input.revision_id != alias.revision_id {
                return Err(error::changed());
            }
            alias.function_version = input.function_version.or(alias.function_version.take());
            alias.description = input.description.or(alias.description.take());
            if input.routing_config.is_some() {
                alias.routing_config = aliases::routing(input.routing_config);
            }
            alias.revision_id = Some(ctx.ids().uuid());
            aliases::check(ctx, tx, name, alias)?;
            ALIASES.put(tx, &key, &row)?;
            Ok::<_, Fail>(row.0)
        })
        .await
    }
}
