//! `CreateAlias`: a name for a version, or for two.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html>

use lambda_api::{AliasConfiguration, CreateAlias, CreateAliasInput, CreateAliasOutput};
use platform::{Ctx, Fail, Handle, Result, Stored};

use crate::store::ALIASES;
use crate::{Lambda, aliases, error, names, versions};

impl Handle<CreateAlias> for Lambda {
    async fn handle(&self, ctx: &Ctx, input: CreateAliasInput) -> Result<CreateAliasOutput> {
        let named = names::whole(ctx, "lambda:CreateAlias", &input.function_name).await?;
        let (ctx, name) = (&named.ctx, named.name.as_str());
        let arn = names::arn(ctx.scope(), name, Some(&input.name));
        let alias = AliasConfiguration {
            alias_arn: Some(arn.clone()),
            name: Some(input.name.clone()),
            function_version: Some(input.function_version),
            description: Some(input.description.unwrap_or_default()),
            routing_config: aliases::routing(input.routing_config),
            revision_id: Some(ctx.ids().uuid()),
        };
        ctx.write(|tx| {
            versions::function(tx, &named)?;
            let key = (name, input.name.as_str());
            if ALIASES.get(tx, &key)?.is_some() {
                return Err(error::alias_exists(&arn));
            }
            aliases::check(ctx, tx, name, &alias)?;
            ALIASES.put(tx, &key, &Stored(alias.clone()))?;
            Ok::<_, Fail>(alias)
        })
        .await
    }
}
