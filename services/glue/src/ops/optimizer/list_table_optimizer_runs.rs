//! `ListTableOptimizerRuns`: what an optimizer did, the last run first.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_ListTableOptimizerRuns.html>

use glue_api::{ListTableOptimizerRuns, ListTableOptimizerRunsInput, ListTableOptimizerRunsOutput};
use platform::{Ctx, Handle, Result};

use crate::catalog::table;
use crate::{Glue, error, optimize, place};

/// Runs of a page.
const PAGE: usize = 50;

impl Handle<ListTableOptimizerRuns> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListTableOptimizerRunsInput,
    ) -> Result<ListTableOptimizerRunsOutput> {
        let catalog = Some(input.catalog_id.as_str());
        let (database, name) =
            place::table(ctx, catalog, &input.database_name, &input.table_name).await?;
        let row = ctx.read(|tx| {
            let table = table::find_to_change(tx, &database, &name)?;
            optimize::find(tx, &table, &input.r#type)
        })?;
        let start = match input.next_token.as_deref().filter(|token| !token.is_empty()) {
            Some(token) => token.parse::<usize>().map_err(|_| error::bad_token())?,
            None => 0,
        };
        let size = input.max_results.and_then(|size| usize::try_from(size).ok()).unwrap_or(PAGE);
        let size = size.clamp(1, PAGE);
        let runs: Vec<_> = row.runs.into_iter().rev().map(|run| run.0).collect();
        let end = start.saturating_add(size).min(runs.len());
        let more = end < runs.len();
        Ok(ListTableOptimizerRunsOutput {
            catalog_id: Some(input.catalog_id),
            database_name: Some(database),
            table_name: Some(name),
            next_token: more.then(|| end.to_string()),
            table_optimizer_runs: Some(runs.into_iter().skip(start).take(size).collect()),
        })
    }
}
