//! `DeleteFunctionConcurrency`: a function has no calls for itself any more.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunctionConcurrency.html>

use lambda_api::{
    DeleteFunctionConcurrency, DeleteFunctionConcurrencyInput, DeleteFunctionConcurrencyOutput,
};
use platform::{Ctx, Handle, Result};

use super::reserve;
use crate::{Lambda, names};

impl Handle<DeleteFunctionConcurrency> for Lambda {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteFunctionConcurrencyInput,
    ) -> Result<DeleteFunctionConcurrencyOutput> {
        let action = "lambda:DeleteFunctionConcurrency";
        let named = names::whole(ctx, action, &input.function_name).await?;
        reserve(self, &named, None).await?;
        Ok(DeleteFunctionConcurrencyOutput {})
    }
}
