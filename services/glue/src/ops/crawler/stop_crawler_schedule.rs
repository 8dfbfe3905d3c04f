//! `StopCrawlerSchedule`: lets the schedule rest; a run under way goes on.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_StopCrawlerSchedule.html>

use glue_api::{StopCrawlerSchedule, StopCrawlerScheduleInput, StopCrawlerScheduleOutput};
use platform::{Ctx, Handle, Result};

use glue_api::ScheduleState;

use crate::crawl::life;
use crate::store::CRAWLERS;
use crate::{Glue, error};

impl Handle<StopCrawlerSchedule> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: StopCrawlerScheduleInput,
    ) -> Result<StopCrawlerScheduleOutput> {
        let name = input.crawler_name.as_str();
        ctx.write(|tx| {
            let mut row = life::find(tx, name)?;
            let state = row.crawler.0.schedule.as_ref().and_then(|schedule| schedule.state);
            if state != Some(ScheduleState::Scheduled) {
                return Err(error::schedule_not_running(name));
            }
            life::stop_schedule(tx, &mut row)?;
            Ok(CRAWLERS.put(tx, name, &row)?)
        })
        .await?;
        Ok(StopCrawlerScheduleOutput::default())
    }
}
