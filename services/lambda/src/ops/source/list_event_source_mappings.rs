//! `ListEventSourceMappings`: which functions are called with what.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_ListEventSourceMappings.html>

use lambda_api::{
    ListEventSourceMappings, ListEventSourceMappingsInput, ListEventSourceMappingsOutput,
};
use platform::{Ctx, Fail, Handle, Page, Result};

use crate::store::MAPPINGS;
use crate::{Lambda, names, paging};

impl Handle<ListEventSourceMappings> for Lambda {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListEventSourceMappingsInput,
    ) -> Result<ListEventSourceMappingsOutput> {
        let function = match &input.function_name {
            Some(name) => {
                Some(names::open(ctx, "lambda:ListEventSourceMappings", name, None).await?.arn())
            }
            None => None,
        };
        let source = input.event_source_arn;
        let said = |text: &Option<String>| text.clone().unwrap_or_default();
        let list = format!("ListEventSourceMappings/{}/{}", said(&function), said(&source));
        let after = paging::after(&list, input.marker.as_deref())?;
        let limit = paging::limit(input.max_items);
        ctx.read(|tx| {
            let scope = ctx.scope().clone();
            let rows = MAPPINGS.scan(tx).prefix(&(scope.clone(),)).after(&(scope, after));
            let rows = rows.filter(|row| {
                let Ok((_, mapping)) = row else { return true };
                let config = &mapping.config.0;
                (function.is_none() || config.function_arn == function)
                    && (source.is_none() || config.event_source_arn == source)
            });
            let page = Page::take(&list, rows, limit, |((_, id), _)| id.clone())?;
            Ok::<_, Fail>(ListEventSourceMappingsOutput {
                event_source_mappings: Some(
                    page.items.into_iter().map(|(_, mapping)| mapping.config.0).collect(),
                ),
                next_marker: page.next_token,
            })
        })
    }
}
