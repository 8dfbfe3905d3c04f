//! `PutFunctionEventInvokeConfig`: says what is done with calls that nobody waits for.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html>

use lambda_api::{
    FunctionEventInvokeConfig, PutFunctionEventInvokeConfig, PutFunctionEventInvokeConfigInput,
    PutFunctionEventInvokeConfigOutput,
};
use platform::{Ctx, Fail, Handle, Result, Stored};

use crate::store::FUNCTIONS;
use crate::{Lambda, destinations, names, versions};

impl Handle<PutFunctionEventInvokeConfig> for Lambda {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutFunctionEventInvokeConfigInput,
    ) -> Result<PutFunctionEventInvokeConfigOutput> {
        let (action, qualifier) =
            ("lambda:PutFunctionEventInvokeConfig", input.qualifier.as_deref());
        let named = names::open(ctx, action, &input.function_name, qualifier).await?;
        destinations::check(input.destination_config.as_ref())?;
        let set = FunctionEventInvokeConfig {
            destination_config: Some(input.destination_config.unwrap_or_default()),
            function_arn: Some(super::arn(&named)),
            last_modified: Some(named.ctx.now().floor_secs()),
            maximum_event_age_in_seconds: input.maximum_event_age_in_seconds,
            maximum_retry_attempts: input.maximum_retry_attempts,
        };
        named
            .ctx
            .write(|tx| {
                let (mut function, _) = versions::find(tx, &named)?;
                function.events.insert(super::key(&named).to_owned(), Stored(set.clone()));
                FUNCTIONS.put(tx, &named.name, &function)?;
                Ok::<_, Fail>(())
            })
            .await?;
        Ok(set)
    }
}
