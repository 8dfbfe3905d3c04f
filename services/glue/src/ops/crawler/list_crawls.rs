//! `ListCrawls`: the runs of a crawler, the newest first.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_ListCrawls.html>

use std::cmp::{Ordering, Reverse};

use glue_api::{
    CrawlerHistory, CrawlerHistoryState, CrawlsFilter, FieldName, FilterOperator, ListCrawls,
    ListCrawlsInput, ListCrawlsOutput,
};
use platform::{Ctx, Handle, Page, Result, Timestamp};

use crate::crawl::life;
use crate::store::{CRAWLS, CrawlRow, CrawlState};
use crate::{Glue, error, pages};

const PAGE: usize = 1_000;
const SECONDS_PER_HOUR: f64 = 3_600.0;

impl Handle<ListCrawls> for Glue {
    async fn handle(&self, ctx: &Ctx, input: ListCrawlsInput) -> Result<ListCrawlsOutput> {
        let name = input.crawler_name;
        let list = format!("ListCrawls/{name}");
        let after = pages::after(&list, input.next_token.as_deref())?;
        let after: Option<i64> =
            after.map(|at| at.parse().map_err(|_| error::bad_token())).transpose()?;
        let limit = pages::size(input.max_results, PAGE);
        let filters = input.filters.unwrap_or_default();
        let filters = filters.into_iter().map(Filter::new).collect::<Result<Vec<_>>>()?;
        let page = ctx.read(|tx| {
            let crawler = life::find(tx, &name)?;
            let mut scan = CRAWLS.scan(tx).prefix(&(crawler.id,));
            if let Some(after) = after {
                scan = scan.after(&(crawler.id, Reverse(Timestamp::from_micros(after))));
            }
            let wanted = scan.filter(|row| match row {
                Ok(((_, started), crawl)) => {
                    filters.iter().all(|filter| filter.passes(started.0, crawl))
                }
                Err(_) => true,
            });
            Page::take(&list, wanted, limit, |((_, started), _)| started.0.as_micros().to_string())
        })?;
        let crawls =
            page.items.into_iter().map(|((_, started), crawl)| history(&name, started.0, crawl));
        Ok(ListCrawlsOutput { crawls: Some(crawls.collect()), next_token: page.next_token })
    }
}

fn history(crawler: &str, started: Timestamp, crawl: CrawlRow) -> CrawlerHistory {
    CrawlerHistory {
        summary: (crawl.state != CrawlState::Running).then(|| summary(&crawl)),
        crawl_id: Some(crawl.id.clone()),
        state: Some(state(crawl.state)),
        start_time: Some(started),
        end_time: crawl.ended,
        error_message: crawl.error,
        log_group: Some(life::LOG_GROUP.to_owned()),
        log_stream: Some(crawler.to_owned()),
        message_prefix: Some(crawl.id),
        dpu_hour: Some(crawl.dpu_seconds / SECONDS_PER_HOUR),
    }
}

/// What a run changed, as JSON. Files that could not be read are named under `FILE`.
fn summary(crawl: &CrawlRow) -> String {
    let changes = crawl.changes;
    let mut summary = serde_json::Map::new();
    for (what, added, updated, deleted) in [
        ("TABLE", changes.tables_created, changes.tables_updated, changes.tables_deleted),
        (
            "PARTITION",
            changes.partitions_created,
            changes.partitions_updated,
            changes.partitions_deleted,
        ),
    ] {
        let counts = [("ADD", added), ("UPDATE", updated), ("DELETE", deleted)];
        let counts: serde_json::Map<_, _> = counts
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(how, count)| (how.to_owned(), serde_json::json!({ "Count": count })))
            .collect();
        if !counts.is_empty() {
            summary.insert(what.to_owned(), counts.into());
        }
    }
    if !crawl.unread.is_empty() {
        summary.insert("FILE".to_owned(), serde_json::json!({ "ERROR": crawl.unread }));
    }
    serde_json::Value::Object(summary).to_string()
}

fn state(state: CrawlState) -> CrawlerHistoryState {
    match state {
        CrawlState::Running => CrawlerHistoryState::Running,
        CrawlState::Completed => CrawlerHistoryState::Completed,
        CrawlState::Failed => CrawlerHistoryState::Failed,
        CrawlState::Stopped => CrawlerHistoryState::Stopped,
    }
}

struct Filter {
    operator: FilterOperator,
    value: Value,
}

enum Value {
    Id(String),
    State(CrawlerHistoryState),
    Start(i64),
    End(i64),
    DpuHour(f64),
}

impl Filter {
    fn new(filter: CrawlsFilter) -> Result<Filter> {
        let (Some(field), Some(text)) = (filter.field_name, filter.field_value) else {
            return Err(error::invalid("A filter must have a FieldName and a FieldValue."));
        };
        let invalid = || error::invalid(format!("{text} is no value of {field}."));
        let operator = filter.filter_operator.unwrap_or(FilterOperator::Eq);
        let value = match field {
            FieldName::CrawlId => Value::Id(text.clone()),
            FieldName::State => {
                Value::State(CrawlerHistoryState::parse(&text).ok_or_else(invalid)?)
            }
            FieldName::StartTime => Value::Start(text.parse().map_err(|_| invalid())?),
            FieldName::EndTime => Value::End(text.parse().map_err(|_| invalid())?),
            FieldName::DpuHour => Value::DpuHour(text.parse().map_err(|_| invalid())?),
        };
        let ordered = !matches!(value, Value::Id(_) | Value::State(_));
        if !ordered && !matches!(operator, FilterOperator::Eq | FilterOperator::Ne) {
            return Err(error::invalid(format!("{field} is compared by EQ or NE only.")));
        }
        Ok(Filter { operator, value })
    }

    /// Times are compared in milliseconds.
    fn passes(&self, started: Timestamp, crawl: &CrawlRow) -> bool {
        let order = match &self.value {
            Value::Id(id) => Some(crawl.id.cmp(id)),
            Value::State(wanted) => Some(state(crawl.state).as_str().cmp(wanted.as_str())),
            Value::Start(at) => Some(started.as_millis().cmp(at)),
            Value::End(at) => crawl.ended.map(|ended| ended.as_millis().cmp(at)),
            Value::DpuHour(hours) => (crawl.dpu_seconds / SECONDS_PER_HOUR).partial_cmp(hours),
        };
        order.is_some_and(|order| match self.operator {
            FilterOperator::Gt => order == Ordering::Greater,
            FilterOperator::Ge => order != Ordering::Less,
            FilterOperator::Lt => order == Ordering::Less,
            FilterOperator::Le => order != Ordering::Greater,
            FilterOperator::Eq => order == Ordering::Equal,
            FilterOperator::Ne => order != Ordering::Equal,
        })
    }
}
