//! `ListFunctionEventInvokeConfigs`: what is done with calls of a function's versions and aliases.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctionEventInvokeConfigs.html>

use lambda_api::{
    ListFunctionEventInvokeConfigs, ListFunctionEventInvokeConfigsInput,
    ListFunctionEventInvokeConfigsOutput,
};
use platform::{Ctx, Fail, Handle, Page, Result};

use crate::{Lambda, names, paging, versions};

impl Handle<ListFunctionEventInvokeConfigs> for Lambda {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListFunctionEventInvokeConfigsInput,
    ) -> Result<ListFunctionEventInvokeConfigsOutput> {
        let action = "lambda:ListFunctionEventInvokeConfigs";
        let named = names::whole(ctx, action, &input.function_name).await?;
        let list = format!("ListFunctionEventInvokeConfigs/{}", named.name);
        let after = paging::after(&list, input.marker.as_deref())?;
        let function = named.ctx.read(|tx| versions::function(tx, &named))?;
        let rows = function.events.into_iter().filter(|(key, _)| *key > after);
        let rows = rows.map(Ok::<_, Fail>);
        let page = Page::take(&list, rows, paging::limit(input.max_items), |(key, _)| key.clone())?;
        Ok(ListFunctionEventInvokeConfigsOutput {
            function_event_invoke_configs: Some(
                page.items.into_iter().map(|(_, set)| set.0).collect(),
            ),
            next_marker: page.next_token,
        })
    }
}
