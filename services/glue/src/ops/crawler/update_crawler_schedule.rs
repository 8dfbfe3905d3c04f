//! `UpdateCrawlerSchedule`: gives a crawler another schedule.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateCrawlerSchedule.html>

use glue_api::{UpdateCrawlerSchedule, UpdateCrawlerScheduleInput, UpdateCrawlerScheduleOutput};
use platform::{Ctx, Handle, Result};

use crate::Glue;
use crate::crawl::life;
use crate::store::CRAWLERS;

impl Handle<UpdateCrawlerSchedule> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: UpdateCrawlerScheduleInput,
    ) -> Result<UpdateCrawlerScheduleOutput> {
        let name = input.crawler_name.as_str();
        let schedule = input.schedule.unwrap_or_default();
        ctx.write(|tx| {
            let mut row = life::find(tx, name)?;
            life::set_schedule(tx, &mut row, ctx.now(), &schedule)?;
            Ok::<_, platform::Fail>(CRAWLERS.put(tx, name, &row)?)
        })
        .await?;
        Ok(UpdateCrawlerScheduleOutput::default())
    }
}
