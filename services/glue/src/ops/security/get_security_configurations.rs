//! `GetSecurityConfigurations`: all security configurations, by name.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_GetSecurityConfigurations.html>

use glue_api::{
    GetSecurityConfigurations, GetSecurityConfigurationsInput, GetSecurityConfigurationsOutput,
};
use platform::{Ctx, Handle, Page, Result, Stored};

use crate::store::SECURITY;
use crate::{Glue, pages};

const LIST: &str = "GetSecurityConfigurations";
const PAGE: usize = 100;

impl Handle<GetSecurityConfigurations> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetSecurityConfigurationsInput,
    ) -> Result<GetSecurityConfigurationsOutput> {
        let after = pages::after(LIST, input.next_token.as_deref())?;
        let limit = pages::size(input.max_results, PAGE);
        let page = ctx.read(|tx| {
            let scan = SECURITY.scan(tx);
            let scan = match &after {
                Some(name) => scan.after(name.as_str()),
                None => scan,
            };
            Page::take(LIST, scan, limit, |(name, _)| name.clone())
        })?;
        let found = page.items.into_iter().map(|(_, Stored(found))| found);
        Ok(GetSecurityConfigurationsOutput {
            security_configurations: Some(found.collect()),
            next_token: page.next_token,
        })
    }
}
