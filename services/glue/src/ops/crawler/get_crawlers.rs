//! `GetCrawlers`: all crawlers, by name.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_GetCrawlers.html>

use glue_api::{GetCrawlers, GetCrawlersInput, GetCrawlersOutput};
use platform::{Ctx, Handle, Result};

use platform::Page;

use crate::crawl::life;
use crate::store::CRAWLERS;
use crate::{Glue, pages};

const LIST: &str = "GetCrawlers";
const PAGE: usize = 1_000;

impl Handle<GetCrawlers> for Glue {
    async fn handle(&self, ctx: &Ctx, input: GetCrawlersInput) -> Result<GetCrawlersOutput> {
        let after = pages::after(LIST, input.next_token.as_deref())?;
        let limit = pages::size(input.max_results, PAGE);
        let page = ctx.read(|tx| {
            let scan = CRAWLERS.scan(tx);
            let scan = match &after {
                Some(name) => scan.after(name.as_str()),
                None => scan,
            };
            Page::take(LIST, scan, limit, |(name, _)| name.clone())
        })?;
        let now = ctx.now();
        let crawlers = page.items.into_iter().map(|(_, row)| life::view(row, now)).collect();
        Ok(GetCrawlersOutput { crawlers: Some(crawlers), next_token: page.next_token })
    }
}
