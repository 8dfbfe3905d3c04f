//! `StartCrawler`: starts a run, whatever the schedule.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_StartCrawler.html>

use glue_api::{StartCrawler, StartCrawlerInput, StartCrawlerOutput};
use platform::{Ctx, Handle, Result};

use crate::Glue;
use crate::crawl::life;

impl Handle<StartCrawler> for Glue {
    async fn handle(&self, ctx: &Ctx, input: StartCrawlerInput) -> Result<StartCrawlerOutput> {
        ctx.write(|tx| life::start(tx, ctx, &input.name)).await?;
        Ok(StartCrawlerOutput::default())
    }
}
