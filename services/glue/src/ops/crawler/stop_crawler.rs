//! `StopCrawler`: asks the run under way to stop.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_StopCrawler.html>

use glue_api::{StopCrawler, StopCrawlerInput, StopCrawlerOutput};
use platform::{Ctx, Handle, Result};

use crate::Glue;
use crate::crawl::life;

impl Handle<StopCrawler> for Glue {
    async fn handle(&self, ctx: &Ctx, input: StopCrawlerInput) -> Result<StopCrawlerOutput> {
        ctx.write(|tx| life::stop(tx, &input.name)).await?;
        Ok(StopCrawlerOutput::default())
    }
}
