//! `UpdateFunctionEventInvokeConfig`: changes what is done with calls that nobody waits for.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionEventInvokeConfig.html>

use lambda_api::{
    UpdateFunctionEventInvokeConfig, UpdateFunctionEventInvokeConfigInput,
    UpdateFunctionEventInvokeConfigOutput,
};
use platform::{Ctx, Fail, Handle, Result, Stored};

use crate::store::FUNCTIONS;
use crate::{Lambda, destinations, names, versions};

impl Handle<UpdateFunctionEventInvokeConfig> for Lambda {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: UpdateFunctionEventInvokeConfigInput,
    ) -> Result<UpdateFunctionEventInvokeConfigOutput> {
        let (action, qualifier) =
            ("lambda:UpdateFunctionEventInvokeConfig", input.qualifier.as_deref());
        let named = names::open(ctx, action, &input.function_name, qualifier).await?;
        destinations::check(input.destination_config.as_ref())?;
        let now = named.ctx.now().floor_secs();
        named
            .ctx
            .write(|tx| {
                let (mut function, _) = versions::find(tx, &named)?;
                let mut set = super::there(&function, &named)?.0.clone();
                if let Some(given) = input.destination_config {
                    let all = set.destination_config.get_or_insert_default();
                    all.on_success = given.on_success.or(all.on_success.take());
                    all.on_failure = given.on_failure.or(all.on_failure.take());
                }
                set.maximum_event_age_in_seconds =
                    input.maximum_event_age_in_seconds.or(set.maximum_event_age_in_seconds);
                set.maximum_retry_attempts =
                    input.maximum_retry_attempts.or(set.maximum_retry_attempts);
                set.last_modified = Some(now);
                function.events.insert(super::key(&named).to_owned(), Stored(set.clone()));
                FUNCTIONS.put(tx, &named.name, &function)?;
                Ok::<_, Fail>(set)
            })
            .await
    }
}
