//! Crawlers: their definitions, their runs, their schedules.

mod batch_get_crawlers;
mod create_crawler;
mod delete_crawler;
mod get_crawler;
mod get_crawler_metrics;
mod get_crawlers;
mod list_crawlers;
mod list_crawls;
mod start_crawler;
mod start_crawler_schedule;
mod stop_crawler;
mod stop_crawler_schedule;
mod update_crawler;
mod update_crawler_schedule;

use glue_api::{
    Crawler, CrawlerLineageSettings, CrawlerTargets, DeleteBehavior, RecrawlBehavior,
    UpdateBehavior,
};
use platform::{Arn, Ctx, ReadTx, Result, ServiceBuilder, require};

use crate::Glue;
use crate::crawl::definition::{Plan, role_name};
use crate::error;
use crate::store::{CLASSIFIERS, CrawlerRow};

pub(super) fn register(room: ServiceBuilder<Glue>) -> ServiceBuilder<Glue> {
    room.op::<glue_api::BatchGetCrawlers>()
        .op::<glue_api::CreateCrawler>()
        .op::<glue_api::DeleteCrawler>()
        .op::<glue_api::GetCrawler>()
        .op::<glue_api::GetCrawlerMetrics>()
        .op::<glue_api::GetCrawlers>()
        .op::<glue_api::ListCrawlers>()
        .op::<glue_api::ListCrawls>()
        .op::<glue_api::StartCrawler>()
        .op::<glue_api::StartCrawlerSchedule>()
        .op::<glue_api::StopCrawler>()
        .op::<glue_api::StopCrawlerSchedule>()
        .op::<glue_api::UpdateCrawler>()
        .op::<glue_api::UpdateCrawlerSchedule>()
}

/// Where a crawler's tags are kept.
pub(super) fn tags_key(name: &str) -> String {
    format!("crawler/{name}")
}

/// Whoever gives a crawler a role must be allowed to.
async fn require_pass_role(ctx: &Ctx, role: &str) -> Result<()> {
    let resource = format!("role/{}", role_name(role));
    let (partition, account) = (ctx.scope().partition(), ctx.scope().account);
    // Clients write roles of any length, and no role is called so.
    let arn = Arn::from_parts(partition.as_str(), "iam", "", account.as_str(), &resource);
    let unable = "Service is unable to assume provided role. Please verify role's TrustPolicy";
    let arn = arn.map_err(|_| error::invalid(unable))?;
    require(ctx, &glue_api::SERVICE, "iam:PassRole", arn.as_str()).await
}

/// Refuses a definition that could not be followed.
fn check(tx: &ReadTx<'_>, row: &CrawlerRow) -> Result<()> {
    let plan = Plan::of(&row.crawler.0)?;
    for name in &plan.classifiers {
        if !CLASSIFIERS.contains(tx, name.as_str())? {
            return Err(error::invalid(format!("Classifier {name} not found.")));
        }
    }
    Ok(())
}

/// AWS answers every kind of target, the empty ones too.
fn all_targets(targets: CrawlerTargets) -> CrawlerTargets {
    CrawlerTargets {
        s3_targets: Some(targets.s3_targets.unwrap_or_default()),
        jdbc_targets: Some(targets.jdbc_targets.unwrap_or_default()),
        mongo_db_targets: Some(targets.mongo_db_targets.unwrap_or_default()),
        dynamo_db_targets: Some(targets.dynamo_db_targets.unwrap_or_default()),
        catalog_targets: Some(targets.catalog_targets.unwrap_or_default()),
        delta_targets: Some(targets.delta_targets.unwrap_or_default()),
        iceberg_targets: Some(targets.iceberg_targets.unwrap_or_default()),
        hudi_targets: Some(targets.hudi_targets.unwrap_or_default()),
    }
}

/// What AWS sets where a client says nothing.
fn fill_defaults(crawler: &mut Crawler) {
    crawler.classifiers.get_or_insert_default();
    let recrawl = crawler.recrawl_policy.get_or_insert_default();
    recrawl.recrawl_behavior.get_or_insert(RecrawlBehavior::CrawlEverything);
    let policy = crawler.schema_change_policy.get_or_insert_default();
    policy.update_behavior.get_or_insert(UpdateBehavior::UpdateInDatabase);
    policy.delete_behavior.get_or_insert(DeleteBehavior::DeprecateInDatabase);
    let lineage = crawler.lineage_configuration.get_or_insert_default();
    lineage.crawler_lineage_settings.get_or_insert(CrawlerLineageSettings::Disable);
    let formation = crawler.lake_formation_configuration.get_or_insert_default();
    formation.use_lake_formation_credentials.get_or_insert(false);
    formation.account_id.get_or_insert_default();
}
