//! `BatchGetCrawlers`: crawlers by their names.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_BatchGetCrawlers.html>

use glue_api::{BatchGetCrawlers, BatchGetCrawlersInput, BatchGetCrawlersOutput};
use platform::{Ctx, Handle, Result};

use crate::Glue;
use crate::crawl::life;
use crate::store::CRAWLERS;

impl Handle<BatchGetCrawlers> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: BatchGetCrawlersInput,
    ) -> Result<BatchGetCrawlersOutput> {
        let now = ctx.now();
        let mut found = Vec::new();
        let mut absent = Vec::new();
        ctx.read(|tx| {
            for name in input.crawler_names {
                match CRAWLERS.get(tx, name.as_str())? {
                    Some(row) => found.push(life::view(row, now)),
                    None => absent.push(name),
                }
            }
            Ok::<_, platform::Fail>(())
        })?;
        Ok(BatchGetCrawlersOutput { crawlers: Some(found), crawlers_not_found: Some(absent) })
    }
}
