//! `PutProvisionedConcurrencyConfig`: so many sandboxes of a version or an alias are to be ready.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_PutProvisionedConcurrencyConfig.html>

use lambda_api::{
    ProvisionedConcurrencyStatusEnum, PutProvisionedConcurrencyConfig,
    PutProvisionedConcurrencyConfigInput, PutProvisionedConcurrencyConfigOutput,
};
use platform::{Ctx, Fail, Handle, Result};

use crate::store::{PROVISIONED, Provisioned};
use crate::{Lambda, error, versions};

impl Handle<PutProvisionedConcurrencyConfig> for Lambda {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutProvisionedConcurrencyConfigInput,
    ) -> Result<PutProvisionedConcurrencyConfigOutput> {
        let action = "lambda:PutProvisionedConcurrencyConfig";
        let (named, key) = super::open(ctx, action, &input.function_name, &input.qualifier).await?;
        let asked = input.provisioned_concurrent_executions;
        let count = asked.unsigned_abs();
        let row = Provisioned { count, modified: ctx.now().floor_secs() };
        let most = u32::try_from(self.concurrency).unwrap_or(u32::MAX);
        named
            .ctx
            .write(|tx| {
                let function = versions::function(tx, &named)?;
                if count > function.reserved.unwrap_or(most) {
                    return Err(error::invalid(
                        "Specified ConcurrentExecutions for function is greater than function's \
                         reserved concurrency or the account's limit.",
                    ));
                }
                PROVISIONED.put(tx, &key, &row)?;
                Ok::<_, Fail>(())
            })
            .await?;
        Ok(PutProvisionedConcurrencyConfigOutput {
            requested_provisioned_concurrent_executions: Some(asked),
            available_provisioned_concurrent_executions: Some(0),
            allocated_provisioned_concurrent_executions: Some(0),
            status: Some(ProvisionedConcurrencyStatusEnum::InProgress),
            status_reason: None,
            last_modified: Some(super::written(row.modified)),
        })
    }
}
