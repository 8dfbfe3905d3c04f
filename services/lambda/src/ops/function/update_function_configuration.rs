//! `UpdateFunctionConfiguration`: other settings for a function.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html>

use lambda_api::{
    UpdateFunctionConfiguration, UpdateFunctionConfigurationInput,
    UpdateFunctionConfigurationOutput,
};
use platform::{Ctx, Fail, Handle, Result};

use crate::store::FUNCTIONS;
use crate::{Lambda, layers, names, role, settings, versions};

impl Handle<UpdateFunctionConfiguration> for Lambda {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: UpdateFunctionConfigurationInput,
    ) -> Result<UpdateFunctionConfigurationOutput> {
        let action = "lambda:UpdateFunctionConfiguration";
        let named = names::whole(ctx, action, &input.function_name).await?;
        let (ctx, name) = (&named.ctx, named.name.as_str());
        if let Some(role) = &input.role {
            role::check(ctx, role).await?;
        }
        let wanted = input.layers.clone();
        ctx.write(|tx| {
            let mut function = versions::function(tx, &named)?;
            if let Some(wanted) = &wanted {
                layers::give(ctx, tx, &mut function.latest, wanted)?;
            }
            let config = &mut function.latest.config.0;
            versions::check_revision(config, input.revision_id.as_deref())?;
            settings::change(config, input)?;
            versions::touch(ctx, config);
            FUNCTIONS.put(tx, name, &function)?;
            Ok::<_, Fail>(function.latest.config.0)
        })
        .await
    }
}
