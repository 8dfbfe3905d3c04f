//! `ListVersionsByFunction`: what there is now, and what was published.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_ListVersionsByFunction.html>

use lambda_api::{
    ListVersionsByFunction, ListVersionsByFunctionInput, ListVersionsByFunctionOutput,
};
use platform::{Ctx, Fail, Handle, Page, Result};

use crate::names::{self, LATEST};
use crate::store::VERSIONS;
use crate::{Lambda, paging, versions};

impl Handle<ListVersionsByFunction> for Lambda {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListVersionsByFunctionInput,
    ) -> Result<ListVersionsByFunctionOutput> {
        let action = "lambda:ListVersionsByFunction";
        let named = names::whole(ctx, action, &input.function_name).await?;
        let (ctx, name) = (&named.ctx, named.name.as_str());
        let list = format!("ListVersionsByFunction/{name}");
        let after = paging::after(&list, input.marker.as_deref())?;
        let limit = paging::limit(input.max_items);
        ctx.read(|tx| {
            let function = versions::function(tx, &named)?;
            let mut latest = function.latest;
            latest.config.0.function_arn = Some(names::arn(ctx.scope(), name, Some(LATEST)));
            // What there is now stands first, as number nought.
            let first = after.is_empty().then_some(Ok((0, latest)));
            let rows = VERSIONS.scan(tx).prefix(&(name,));
            let rows = rows.after(&(name.to_owned(), after.parse::<u64>().unwrap_or_default()));
            let rows = rows.map(|row| row.map(|((_, number), version)| (number, version)));
            let rows = first.into_iter().chain(rows);
            let page = Page::take(&list, rows, limit, |(number, _)| number.to_string())?;
            let shown = page.items.into_iter().map(|(_, version)| version.config.0);
            Ok::<_, Fail>(ListVersionsByFunctionOutput {
                versions: Some(shown.collect()),
                next_marker: page.next_token,
            })
        })
    }
}
