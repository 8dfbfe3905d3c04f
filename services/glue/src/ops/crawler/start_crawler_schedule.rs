//! `StartCrawlerSchedule`: lets a resting schedule start runs again.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_StartCrawlerSchedule.html>

use glue_api::{StartCrawlerSchedule, StartCrawlerScheduleInput, StartCrawlerScheduleOutput};
use platform::{Ctx, Handle, Result};

use glue_api::ScheduleState;

use crate::crawl::life;
use crate::store::CRAWLERS;
use crate::{Glue, error};

impl Handle<StartCrawlerSchedule> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: StartCrawlerScheduleInput,
    ) -> Result<StartCrawlerScheduleOutput> {
        let name = input.crawler_name.as_str();
        ctx.write(|tx| {
            let mut row = life::find(tx, name)?;
            let Some(schedule) = &mut row.crawler.0.schedule else {
                return Err(error::no_schedule(name));
            };
            if schedule.state == Some(ScheduleState::Scheduled) {
                return Err(error::schedule_running(name));
            }
            schedule.state = Some(ScheduleState::Scheduled);
            life::plan_next(tx, &row, ctx.now())?;
            Ok(CRAWLERS.put(tx, name, &row)?)
        })
        .await?;
        Ok(StartCrawlerScheduleOutput::default())
    }
}
