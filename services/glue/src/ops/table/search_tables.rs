//! `SearchTables`: tables of all databases by text and properties.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_SearchTables.html>

use std::cmp::Ordering;

use glue_api::{
    ResourceShareType, SearchTables, SearchTablesInput, SearchTablesOutput, Sort, SortCriterion,
    Table,
};
use platform::{Ctx, Fail, Handle, Result, encode_token};

use crate::catalog::search::{Search, property};
use crate::store::{DATABASES, TABLES};
use crate::{Glue, encryption, error, pages, place};

const LIST: &str = "SearchTables";
const PAGE: usize = 1_000;

impl Handle<SearchTables> for Glue {
    async fn handle(&self, ctx: &Ctx, input: SearchTablesInput) -> Result<SearchTablesOutput> {
        place::catalog(ctx, input.catalog_id.as_deref())?;
        encryption::ask(ctx).await?;
        let sort = input.sort_criteria.unwrap_or_default();
        if sort.len() > 1 {
            return Err(error::invalid("Only one sort criterion is supported."));
        }
        let shared = Some(ResourceShareType::Foreign) == input.resource_share_type
            || Some(ResourceShareType::Federated) == input.resource_share_type;
        let search = Search::new(input.search_text.as_deref(), input.filters.unwrap_or_default())?;
        let from = pages::after(LIST, input.next_token.as_deref())?;
        let from: usize = from.map_or(Ok(0), |at| at.parse().map_err(|_| error::bad_token()))?;
        let limit = pages::size(input.max_results, PAGE);
        let mut found: Vec<Table> = Vec::new();
        if !shared {
            ctx.read(|tx| {
                for database in DATABASES.scan(tx) {
                    for row in TABLES.scan(tx).prefix(&(database?.1.id,)) {
                        let table = row?.1.table.0;
                        if search.finds(&table) {
                            found.push(table);
                        }
                    }
                }
                Ok::<_, Fail>(())
            })?;
        }
        if let Some(criterion) = sort.first() {
            found.sort_by(|a, b| order(criterion, a, b));
        }
        let more = found.len() > from.saturating_add(limit);
        Ok(SearchTablesOutput {
            table_list: Some(found.into_iter().skip(from).take(limit).collect()),
            next_token: more.then(|| encode_token(LIST, &(from + limit).to_string())),
        })
    }
}

fn order(criterion: &SortCriterion, a: &Table, b: &Table) -> Ordering {
    let key = criterion.field_name.as_deref().unwrap_or("Name");
    let order = property(a, key).cmp(&property(b, key));
    if criterion.sort == Some(Sort::Desc) { order.reverse() } else { order }
}
