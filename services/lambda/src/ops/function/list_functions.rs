//! `ListFunctions`: the functions of the account, by name, and their versions.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html>

use lambda_api::{FunctionConfiguration, ListFunctions, ListFunctionsInput, ListFunctionsOutput};
use platform::{Ctx, Fail, Handle, Page, Result};

use crate::names::{self, LATEST};
use crate::store::{FUNCTIONS, VERSIONS};
use crate::{Lambda, paging};

impl Handle<ListFunctions> for Lambda {
    async fn handle(&self, ctx: &Ctx, input: ListFunctionsInput) -> Result<ListFunctionsOutput> {
        let list = "ListFunctions";
        let after = paging::after(list, input.marker.as_deref())?;
        let page = ctx.read(|tx| {
            let rows = FUNCTIONS.scan(tx).after(after.as_str());
            let page =
                Page::take(list, rows, paging::limit(input.max_items), |(name, _)| name.clone())?;
            let mut shown: Vec<FunctionConfiguration> = Vec::new();
            for (name, function) in page.items {
                let mut latest = function.latest.config.0;
                if input.function_version.is_none() {
                    shown.push(latest);
                    continue;
                }
                latest.function_arn = Some(names::arn(ctx.scope(), &name, Some(LATEST)));
                shown.push(latest);
                for row in VERSIONS.scan(tx).prefix(&(name.as_str(),)) {
                    shown.push(row?.1.config.0);
                }
            }
            Ok::<_, Fail>((shown, page.next_token))
        })?;
        Ok(ListFunctionsOutput { functions: Some(page.0), next_marker: page.1 })
    }
}
