//! `ListProvisionedConcurrencyConfigs`: how many sandboxes of a function's versions and aliases are
//! ready.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_ListProvisionedConcurrencyConfigs.html>

use lambda_api::{
    ListProvisionedConcurrencyConfigs, ListProvisionedConcurrencyConfigsInput,
    ListProvisionedConcurrencyConfigsOutput, ProvisionedConcurrencyConfigListItem,
};
use platform::{Ctx, Handle, Page, Result};

use crate::names::{self, Named};
use crate::store::PROVISIONED;
use crate::{Lambda, paging, versions};

impl Handle<ListProvisionedConcurrencyConfigs> for Lambda {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListProvisionedConcurrencyConfigsInput,
    ) -> Result<ListProvisionedConcurrencyConfigsOutput> {
        let action = "lambda:ListProvisionedConcurrencyConfigs";
        let named = names::whole(ctx, action, &input.function_name).await?;
        let (ctx, name) = (&named.ctx, named.name.as_str());
        let list = format!("ListProvisionedConcurrencyConfigs/{name}");
        let after = paging::after(&list, input.marker.as_deref())?;
        let limit = paging::limit(input.max_items);
        let page = ctx.read(|tx| {
            versions::function(tx, &named)?;
            let scope = ctx.scope().clone();
            let rows = PROVISIONED.scan(tx).prefix(&(scope.clone(), name));
            let rows = rows.after(&(scope, name.to_owned(), after));
            Page::take(&list, rows, limit, |((_, _, qualifier), _)| qualifier.clone())
        })?;
        let mut shown = Vec::new();
        for ((_, name, qualifier), row) in page.items {
            let one = Named { ctx: ctx.clone(), name, qualifier: Some(qualifier) };
            let (asked, ready, status) = super::state(self, &one, &row)?;
            shown.push(ProvisionedConcurrencyConfigListItem {
                function_arn: Some(one.arn()),
                requested_provisioned_concurrent_executions: Some(asked),
                available_provisioned_concurrent_executions: Some(ready),
                allocated_provisioned_concurrent_executions: Some(ready),
                status: Some(status),
                status_reason: None,
                last_modified: Some(super::written(row.modified)),
            });
        }
        Ok(ListProvisionedConcurrencyConfigsOutput {
            provisioned_concurrency_configs: Some(shown),
            next_marker: page.next_token,
        })
    }
}
