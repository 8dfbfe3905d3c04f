//! `DeleteCrawler`: removes a crawler; what it wrote to the catalog stays.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteCrawler.html>

use glue_api::{DeleteCrawler, DeleteCrawlerInput, DeleteCrawlerOutput};
use platform::{Ctx, Handle, Result};

use platform::jobs;

use super::tags_key;
use crate::catalog::purge;
use crate::crawl::life;
use crate::store::{CRAWLERS, TAGS};
use crate::{Glue, error};

impl Handle<DeleteCrawler> for Glue {
    async fn handle(&self, ctx: &Ctx, input: DeleteCrawlerInput) -> Result<DeleteCrawlerOutput> {
        let name = input.name.as_str();
        ctx.write(|tx| {
            let mut row = life::find(tx, name)?;
            if row.run.is_some() {
                return Err(error::crawler_running(name));
            }
            life::stop_schedule(tx, &mut row)?;
            CRAWLERS.delete(tx, name)?;
            TAGS.delete(tx, tags_key(name).as_str())?;
            Ok(jobs::schedule(tx, &purge::crawler_job(row.id), ctx.now(), Vec::new())?)
        })
        .await?;
        Ok(DeleteCrawlerOutput::default())
    }
}
