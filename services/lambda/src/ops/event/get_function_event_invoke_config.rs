//! `GetFunctionEventInvokeConfig`: what is done with calls that nobody waits for.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionEventInvokeConfig.html>

use lambda_api::{
    GetFunctionEventInvokeConfig, GetFunctionEventInvokeConfigInput,
    GetFunctionEventInvokeConfigOutput,
};
use platform::{Ctx, Handle, Result};

use crate::{Lambda, names, versions};

impl Handle<GetFunctionEventInvokeConfig> for Lambda {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetFunctionEventInvokeConfigInput,
    ) -> Result<GetFunctionEventInvokeConfigOutput> {
        let (action, qualifier) =
            ("lambda:GetFunctionEventInvokeConfig", input.qualifier.as_deref());
        let named = names::open(ctx, action, &input.function_name, qualifier).await?;
        let (function, _) = named.ctx.read(|tx| versions::find(tx, &named))?;
        Ok(super::there(&function, &named)?.0.clone())
    }
}
