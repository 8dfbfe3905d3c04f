//! `UpdateEventSourceMapping`: other settings for a mapping, or another function.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html>

use lambda_api::{
    EventSourceMappingConfiguration, UpdateEventSourceMapping, UpdateEventSourceMappingInput,
    UpdateEventSourceMappingOutput,
};
use platform::{Ctx, Handle, Result, require};

use crate::sources::rules;
use crate::{Lambda, names, versions};

impl Handle<UpdateEventSourceMapping> for Lambda {
    async fn handle(
        &self,
        ctx: &Ctx,
        mut input: UpdateEventSourceMappingInput,
    ) -> Result<UpdateEventSourceMappingOutput> {
        let (action, id) = ("lambda:UpdateEventSourceMapping", input.uuid.clone());
        require(ctx, &lambda_api::SERVICE, action, super::arn(ctx.scope(), &id)?).await?;
        let (_, mut mapping) = ctx.read(|tx| super::find(tx, ctx, &id))?;
        if let Some(function) = input.function_name.take() {
            let named = names::open(ctx, action, &function, None).await?;
            (mapping.function, mapping.qualifier) = (named.name.clone(), named.qualifier.clone());
            mapping.config.0.function_arn = Some(named.arn());
        }
        mapping.enabled = input.enabled.unwrap_or(mapping.enabled);
        let config = &mut mapping.config.0;
        rules::change(config, input)?;
        config.last_modified = Some(ctx.now().floor_secs());
        config.state = super::state(mapping.enabled);
        let queue = rules::queue(config.event_source_arn.as_deref().unwrap_or_default())?;
        mapping.revision = ctx.ids().uuid();
        let named = mapping.named(ctx);
        let (_, version) = ctx.read(|tx| versions::find(tx, &named))?;
        super::check_queue(&named, &version, &queue).await?;
        super::keep(ctx, &id, &mapping).await?;
        let state = Some("Updating".to_owned());
        Ok(EventSourceMappingConfiguration { state, ..mapping.config.0 })
    }
}
