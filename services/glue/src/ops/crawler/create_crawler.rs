//! `CreateCrawler`: a new crawler, ready to run.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_CreateCrawler.html>

use glue_api::{Crawler, CreateCrawler, CreateCrawlerInput, CreateCrawlerOutput};
use platform::{Ctx, Handle, Result, Stored};

use super::tags_key;
use crate::crawl::definition::role_name;
use crate::crawl::life;
use crate::ops::tag;
use crate::store::{CRAWLERS, Changes, CrawlerRow};
use crate::{Glue, error};

impl Handle<CreateCrawler> for Glue {
    async fn handle(&self, ctx: &Ctx, input: CreateCrawlerInput) -> Result<CreateCrawlerOutput> {
        super::require_pass_role(ctx, &input.role).await?;
        let now = ctx.now().floor_secs();
        let (schedule, tags) = (input.schedule, input.tags.unwrap_or_default());
        let name = input.name.clone();
        let mut crawler = Crawler {
            name: Some(input.name),
            role: Some(role_name(&input.role).to_owned()),
            targets: Some(super::all_targets(input.targets)),
            database_name: input.database_name,
            description: input.description,
            classifiers: input.classifiers,
            recrawl_policy: input.recrawl_policy,
            schema_change_policy: input.schema_change_policy,
            lineage_configuration: input.lineage_configuration,
            lake_formation_configuration: input.lake_formation_configuration,
            table_prefix: input.table_prefix,
            configuration: input.configuration,
            crawler_security_configuration: input.crawler_security_configuration,
            creation_time: Some(now),
            last_updated: Some(now),
            version: Some(1),
            ..Crawler::default()
        };
        super::fill_defaults(&mut crawler);
        let row = CrawlerRow {
            id: ctx.ids().number(),
            crawler: Stored(crawler),
            run: None,
            runtimes: Vec::new(),
            changes: Changes::default(),
            listed: false,
        };
        ctx.write(|tx| {
            let mut row = row;
            super::check(tx, &row)?;
            if CRAWLERS.contains(tx, name.as_str())? {
                return Err(error::crawler_exists(&name));
            }
            if let Some(schedule) = schedule.as_deref().filter(|text| !text.is_empty()) {
                life::set_schedule(tx, &mut row, ctx.now(), schedule)?;
            }
            CRAWLERS.put(tx, name.as_str(), &row)?;
            tag::put_new(tx, &tags_key(&name), tags)
        })
        .await?;
        Ok(CreateCrawlerOutput::default())
    }
}
