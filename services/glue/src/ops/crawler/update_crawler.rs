//! `UpdateCrawler`: defines a crawler anew; what is not given stays.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateCrawler.html>

use glue_api::{Crawler, UpdateCrawler, UpdateCrawlerInput, UpdateCrawlerOutput};
use platform::{Ctx, Handle, Result};

use crate::crawl::definition::role_name;
use crate::crawl::life;
use crate::store::CRAWLERS;
use crate::{Glue, error};

impl Handle<UpdateCrawler> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        mut input: UpdateCrawlerInput,
    ) -> Result<UpdateCrawlerOutput> {
        if let Some(role) = &input.role {
            super::require_pass_role(ctx, role).await?;
        }
        let schedule = input.schedule.take();
        let name = input.name.clone();
        ctx.write(|tx| {
            let mut row = life::find(tx, &name)?;
            if row.run.is_some() {
                return Err(error::crawler_running(&name));
            }
            update(&mut row.crawler.0, input);
            super::fill_defaults(&mut row.crawler.0);
            super::check(tx, &row)?;
            let crawler = &mut row.crawler.0;
            crawler.last_updated = Some(ctx.now().floor_secs());
            crawler.version = crawler.version.map(|version| version + 1);
            if let Some(schedule) = &schedule {
                life::set_schedule(tx, &mut row, ctx.now(), schedule)?;
            }
            Ok(CRAWLERS.put(tx, name.as_str(), &row)?)
        })
        .await?;
        Ok(UpdateCrawlerOutput::default())
    }
}

fn update(crawler: &mut Crawler, input: UpdateCrawlerInput) {
    fn set<T>(slot: &mut Option<T>, new: Option<T>) {
        if new.is_some() {
            *slot = new;
        }
    }
    set(&mut crawler.role, input.role.map(|role| role_name(&role).to_owned()));
    set(&mut crawler.targets, input.targets.map(super::all_targets));
    set(&mut crawler.database_name, input.database_name);
    set(&mut crawler.description, input.description);
    set(&mut crawler.classifiers, input.classifiers);
    set(&mut crawler.recrawl_policy, input.recrawl_policy);
    set(&mut crawler.schema_change_policy, input.schema_change_policy);
    set(&mut crawler.lineage_configuration, input.lineage_configuration);
    set(&mut crawler.lake_formation_configuration, input.lake_formation_configuration);
    set(&mut crawler.table_prefix, input.table_prefix);
    set(&mut crawler.configuration, input.configuration);
    set(&mut crawler.crawler_security_configuration, input.crawler_security_configuration);
}
