//! `InvokeAsync`: runs a function, not waiting for its answer; as it was asked for in former times.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_InvokeAsync.html>

use lambda_api::{
    InvocationType, Invoke, InvokeAsync, InvokeAsyncInput, InvokeAsyncOutput, InvokeInput,
};
use platform::{Ctx, Handle, Result};

use crate::Lambda;

/// The most bytes of such a call.
const PAYLOAD_MAX: usize = 1_048_576;

impl Handle<InvokeAsync> for Lambda {
    async fn handle(&self, ctx: &Ctx, input: InvokeAsyncInput) -> Result<InvokeAsyncOutput> {
        let payload = input.invoke_args.collect(PAYLOAD_MAX).await?;
        let input = InvokeInput {
            function_name: input.function_name,
            invocation_type: Some(InvocationType::Event),
            payload: Some(payload),
            ..InvokeInput::default()
        };
        let answer = Handle::<Invoke>::handle(self, ctx, input).await?;
        Ok(InvokeAsyncOutput { status: answer.status_code })
    }
}
