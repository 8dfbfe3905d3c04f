//! `DeleteEventSourceMapping`: a function is called with the messages of a queue no more.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_DeleteEventSourceMapping.html>

use lambda_api::{
    DeleteEventSourceMapping, DeleteEventSourceMappingInput, DeleteEventSourceMappingOutput,
    EventSourceMappingConfiguration,
};
use platform::{Ctx, Fail, Handle, Result, require};

use crate::Lambda;
use crate::store::MAPPINGS;

impl Handle<DeleteEventSourceMapping> for Lambda {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteEventSourceMappingInput,
    ) -> Result<DeleteEventSourceMappingOutput> {
        let (action, id) = ("lambda:DeleteEventSourceMapping", input.uuid.as_str());
        require(ctx, &lambda_api::SERVICE, action, super::arn(ctx.scope(), id)?).await?;
        let mapping = ctx
            .write(|tx| {
                let (key, mapping) = super::find(tx, ctx, id)?;
                MAPPINGS.delete(tx, &key)?;
                Ok::<_, Fail>(mapping)
            })
            .await?;
        let state = Some("Deleting".to_owned());
        Ok(EventSourceMappingConfiguration { state, ..mapping.config.0 })
    }
}
