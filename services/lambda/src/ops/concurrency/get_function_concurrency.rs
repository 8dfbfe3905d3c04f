//! `GetFunctionConcurrency`: how many calls a function has for itself.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConcurrency.html>

use lambda_api::{
    GetFunctionConcurrency, GetFunctionConcurrencyInput, GetFunctionConcurrencyOutput,
};
use platform::{Ctx, Handle, Result};

use crate::{Lambda, names, versions};

impl Handle<GetFunctionConcurrency> for Lambda {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetFunctionConcurrencyInput,
    ) -> Result<GetFunctionConcurrencyOutput> {
        let action = "lambda:GetFunctionConcurrency";
        let named = names::whole(ctx, action, &input.function_name).await?;
        let function = named.ctx.read(|tx| versions::function(tx, &named))?;
        let reserved = function.reserved.and_then(|reserved| i32::try_from(reserved).ok());
        Ok(GetFunctionConcurrencyOutput { reserved_concurrent_executions: reserved })
    }
}
