//! `ListAliases`: the names of a function's versions.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_ListAliases.html>

use lambda_api::{ListAliases, ListAliasesInput, ListAliasesOutput};
use platform::{Ctx, Fail, Handle, Page, Result};

use crate::store::ALIASES;
use crate::{Lambda, names, paging, versions};

impl Handle<ListAliases> for Lambda {
    async fn handle(&self, ctx: &Ctx, input: ListAliasesInput) -> Result<ListAliasesOutput> {
        let named = names::whole(ctx, "lambda:ListAliases", &input.function_name).await?;
        let name = named.name.as_str();
        let wanted = input.function_version;
        let list = format!("ListAliases/{name}/{}", wanted.as_deref().unwrap_or_default());
        let after = paging::after(&list, input.marker.as_deref())?;
        let limit = paging::limit(input.max_items);
        named.ctx.read(|tx| {
            versions::function(tx, &named)?;
            let rows = ALIASES.scan(tx).prefix(&(name,)).after(&(name.to_owned(), after));
            let rows = rows.filter(|row| match (row, &wanted) {
                (Ok((_, alias)), Some(_)) => alias.0.function_version == wanted,
                _ => true,
            });
            let page = Page::take(&list, rows, limit, |((_, alias), _)| alias.clone())?;
            Ok::<_, Fail>(ListAliasesOutput {
                aliases: Some(page.items.into_iter().map(|(_, alias)| alias.0).collect()),
                next_marker: page.next_token,
            })
        })
    }
}
