//! `GetCrawlerMetrics`: how long runs take and what the last one did.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_GetCrawlerMetrics.html>

use glue_api::{
    CrawlerMetrics, GetCrawlerMetrics, GetCrawlerMetricsInput, GetCrawlerMetricsOutput,
};
use platform::{Ctx, Fail, Handle, Page, Result, Timestamp};

use crate::store::{CRAWLERS, CrawlerRow};
use crate::{Glue, pages};

const LIST: &str = "GetCrawlerMetrics";
const PAGE: usize = 1_000;

impl Handle<GetCrawlerMetrics> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetCrawlerMetricsInput,
    ) -> Result<GetCrawlerMetricsOutput> {
        let after = pages::after(LIST, input.next_token.as_deref())?;
        let limit = pages::size(input.max_results, PAGE);
        let mut wanted = input.crawler_name_list.unwrap_or_default();
        wanted.sort_unstable();
        wanted.dedup();
        let is_after = |name: &str| after.as_deref().is_none_or(|after| name > after);
        let page = ctx.read(|tx| {
            if !wanted.is_empty() {
                // Names of crawlers that are not there are passed over.
                let mut rows = Vec::new();
                for name in wanted.iter().filter(|name| is_after(name)) {
                    if let Some(row) = CRAWLERS.get(tx, name)? {
                        rows.push(Ok::<_, Fail>((name.clone(), row)));
                    }
                }
                return Page::take(LIST, rows.into_iter(), limit, |(name, _)| name.clone());
            }
            let scan = CRAWLERS.scan(tx);
            let scan = match &after {
                Some(name) => scan.after(name.as_str()),
                None => scan,
            };
            Page::take(LIST, scan, limit, |(name, _)| name.clone())
        })?;
        let now = ctx.now();
        let metrics = page.items.into_iter().map(|(name, row)| metrics(name, &row, now));
        Ok(GetCrawlerMetricsOutput {
            crawler_metrics_list: Some(metrics.collect()),
            next_token: page.next_token,
        })
    }
}

fn metrics(name: String, row: &CrawlerRow, now: Timestamp) -> CrawlerMetrics {
    let mut runtimes = row.runtimes.clone();
    runtimes.sort_unstable_by(f64::total_cmp);
    let median = match (runtimes.len(), runtimes.len() / 2) {
        (0, _) => 0.0,
        (n, middle) if n % 2 == 1 => runtimes[middle],
        (_, middle) => f64::midpoint(runtimes[middle - 1], runtimes[middle]),
    };
    // What is left of a run is what the median leaves of it; of a first run nothing is known.
    let elapsed = row.run.as_ref().map(|run| now.since(run.started).as_secs_f64());
    let left = elapsed.map_or(0.0, |elapsed| (median - elapsed).max(0.0));
    let count = |n: u32| i32::try_from(n).ok();
    CrawlerMetrics {
        crawler_name: Some(name),
        time_left_seconds: Some(left),
        still_estimating: Some(row.run.is_some() && row.runtimes.is_empty()),
        last_runtime_seconds: Some(row.runtimes.last().copied().unwrap_or(0.0)),
        median_runtime_seconds: Some(median),
        tables_created: count(row.changes.tables_created),
        tables_updated: count(row.changes.tables_updated),
        tables_deleted: count(row.changes.tables_deleted),
    }
}
