//! `GetProvisionedConcurrencyConfig`: how many sandboxes of a version or an alias are ready.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_GetProvisionedConcurrencyConfig.html>

use lambda_api::{
    GetProvisionedConcurrencyConfig, GetProvisionedConcurrencyConfigInput,
    GetProvisionedConcurrencyConfigOutput,
};
use platform::{Ctx, Handle, Result};

use crate::store::PROVISIONED;
use crate::{Lambda, error};

impl Handle<GetProvisionedConcurrencyConfig> for Lambda {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetProvisionedConcurrencyConfigInput,
    ) -> Result<GetProvisionedConcurrencyConfigOutput> {
        let action = "lambda:GetProvisionedConcurrencyConfig";
        let (named, key) = super::open(ctx, action, &input.function_name, &input.qualifier).await?;
        let row = ctx.read(|tx| PROVISIONED.get(tx, &key))?;
        let row = row.ok_or_else(|| error::no_provisioned(&named.arn()))?;
        let (asked, ready, status) = super::state(self, &named, &row)?;
        Ok(GetProvisionedConcurrencyConfigOutput {
            requested_provisioned_concurrent_executions: Some(asked),
            available_provisioned_concurrent_executions: Some(ready),
            allocated_provisioned_concurrent_executions: Some(ready),
            status: Some(status),
            status_reason: None,
            last_modified: Some(super::written(row.modified)),
        })
    }
}
