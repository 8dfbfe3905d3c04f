//! `GetEventSourceMapping`: which function is called with what.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_GetEventSourceMapping.html>

use lambda_api::{GetEventSourceMapping, GetEventSourceMappingInput, GetEventSourceMappingOutput};
use platform::{Ctx, Handle, Result, require};

use crate::Lambda;

impl Handle<GetEventSourceMapping> for Lambda {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetEventSourceMappingInput,
    ) -> Result<GetEventSourceMappingOutput> {
        let (action, id) = ("lambda:GetEventSourceMapping", input.uuid.as_str());
        require(ctx, &lambda_api::SERVICE, action, super::arn(ctx.scope(), id)?).await?;
        let (_, mapping) = ctx.read(|tx| super::find(tx, ctx, id))?;
        Ok(mapping.config.0)
    }
}
