//! `GetUserDefinedFunctions`: functions of one database or all, by a pattern.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_GetUserDefinedFunctions.html>

use glue_api::{
    GetUserDefinedFunctions, GetUserDefinedFunctionsInput, GetUserDefinedFunctionsOutput,
};
use platform::{Ctx, Fail, Handle, Page, Result};

use crate::catalog::function;
use crate::catalog::search::NamePattern;
use crate::{Glue, pages, place};

const LIST: &str = "GetUserDefinedFunctions";
const PAGE: usize = 100;

/// Where a function stands in the list.
fn key(function: &glue_api::UserDefinedFunction) -> String {
    let part = |text: &Option<String>| text.clone().unwrap_or_default();
    format!("{}\0{}", part(&function.database_name), part(&function.function_name))
}

impl Handle<GetUserDefinedFunctions> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetUserDefinedFunctionsInput,
    ) -> Result<GetUserDefinedFunctionsOutput> {
        let catalog = input.catalog_id.as_deref();
        let database = match &input.database_name {
            Some(name) => Some(place::database(ctx, catalog, name).await?),
            None => {
                place::catalog(ctx, catalog)?;
                None
            }
        };
        let pattern = NamePattern::new(&input.pattern)?;
        let after = pages::after(LIST, input.next_token.as_deref())?;
        let limit = pages::size(input.max_results, PAGE);
        let page = ctx.read(|tx| {
            let all = function::list(tx, database.as_deref())?;
            let picked = all.into_iter().filter(|function| {
                let name = function.function_name.as_deref().unwrap_or_default();
                pattern.matches(name)
                    && input
                        .function_type
                        .as_ref()
                        .is_none_or(|kind| *kind == function.function_type.unwrap_or_default())
                    && after.as_deref().is_none_or(|after| key(function).as_str() > after)
            });
            Page::take(LIST, picked.map(Ok::<_, Fail>), limit, key)
        })?;
        Ok(GetUserDefinedFunctionsOutput {
            user_defined_functions: Some(page.items),
            next_token: page.next_token,
        })
    }
}
