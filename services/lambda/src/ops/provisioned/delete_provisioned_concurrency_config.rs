//! `DeleteProvisionedConcurrencyConfig`: sandboxes are started when somebody calls.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_DeleteProvisionedConcurrencyConfig.html>

use lambda_api::{
    DeleteProvisionedConcurrencyConfig, DeleteProvisionedConcurrencyConfigInput,
    DeleteProvisionedConcurrencyConfigOutput,
};
use platform::{Ctx, Fail, Handle, Result};

use crate::Lambda;
use crate::store::PROVISIONED;

impl Handle<DeleteProvisionedConcurrencyConfig> for Lambda {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteProvisionedConcurrencyConfigInput,
    ) -> Result<DeleteProvisionedConcurrencyConfigOutput> {
        let action = "lambda:DeleteProvisionedConcurrencyConfig";
        let (named, key) = super::open(ctx, action, &input.function_name, &input.qualifier).await?;
        named.ctx.write(|tx| Ok::<_, Fail>(PROVISIONED.delete(tx, &key).map(drop)?)).await?;
        Ok(DeleteProvisionedConcurrencyConfigOutput {})
    }
}
