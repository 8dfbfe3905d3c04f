//! `DeleteFunctionEventInvokeConfig`: calls that nobody waits for are as they were at first.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunctionEventInvokeConfig.html>

use lambda_api::{
    DeleteFunctionEventInvokeConfig, DeleteFunctionEventInvokeConfigInput,
    DeleteFunctionEventInvokeConfigOutput,
};
use platform::{Ctx, Fail, Handle, Result};

use crate::store::FUNCTIONS;
use crate::{Lambda, names, versions};

impl Handle<DeleteFunctionEventInvokeConfig> for Lambda {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteFunctionEventInvokeConfigInput,
    ) -> Result<DeleteFunctionEventInvokeConfigOutput> {
        let (action, qualifier) =
            ("lambda:DeleteFunctionEventInvokeConfig", input.qualifier.as_deref());
        let named = names::open(ctx, action, &input.function_name, qualifier).await?;
        named
            .ctx
            .write(|tx| {
                let (mut function, _) = versions::find(tx, &named)?;
                super::there(&function, &named)?;
                function.events.remove(super::key(&named));
                FUNCTIONS.put(tx, &named.name, &function)?;
                Ok::<_, Fail>(())
            })
            .await?;
        Ok(DeleteFunctionEventInvokeConfigOutput {})
    }
}
