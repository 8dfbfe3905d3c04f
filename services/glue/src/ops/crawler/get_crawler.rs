//! `GetCrawler`: one crawler and how it stands.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_GetCrawler.html>

use glue_api::{GetCrawler, GetCrawlerInput, GetCrawlerOutput};
use platform::{Ctx, Handle, Result};

use crate::Glue;
use crate::crawl::life;

impl Handle<GetCrawler> for Glue {
    async fn handle(&self, ctx: &Ctx, input: GetCrawlerInput) -> Result<GetCrawlerOutput> {
        let row = ctx.read(|tx| life::find(tx, &input.name))?;
        Ok(GetCrawlerOutput { crawler: Some(life::view(row, ctx.now())) })
    }
}
