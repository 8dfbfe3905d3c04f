//! `PutFunctionConcurrency`: how many calls of a function run at once, whatever others do.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionConcurrency.html>

use lambda_api::{
    PutFunctionConcurrency, PutFunctionConcurrencyInput, PutFunctionConcurrencyOutput,
};
use platform::{Ctx, Handle, Result};

use super::reserve;
use crate::{Lambda, names};

impl Handle<PutFunctionConcurrency> for Lambda {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutFunctionConcurrencyInput,
    ) -> Result<PutFunctionConcurrencyOutput> {
        let action = "lambda:PutFunctionConcurrency";
        let named = names::whole(ctx, action, &input.function_name).await?;
        let wanted = input.reserved_concurrent_executions;
        reserve(self, &named, Some(wanted.unsigned_abs())).await?;
        Ok(PutFunctionConcurrencyOutput { reserved_concurrent_executions: Some(wanted) })
    }
}
