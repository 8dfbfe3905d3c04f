//! `GetPartitions`: the partitions of a table that a filter selects.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitions.html>

use glue_api::{GetPartitions, GetPartitionsInput, GetPartitionsOutput};
use platform::{Ctx, Handle, Result};

use crate::catalog::partition::{self, Selection};
use crate::catalog::table;
use crate::{Glue, error, pages, place};

const PAGE: usize = 1_000;

impl Handle<GetPartitions> for Glue {
    async fn handle(&self, ctx: &Ctx, input: GetPartitionsInput) -> Result<GetPartitionsOutput> {
        if input.transaction_id.is_some() || input.query_as_of_time.is_some() {
            return Err(error::absent("GetPartitions.TransactionId and QueryAsOfTime"));
        }
        let catalog = input.catalog_id.as_deref();
        let (database, name) =
            place::table(ctx, catalog, &input.database_name, &input.table_name).await?;
        let limit = pages::size(input.max_results, PAGE);
        let token = input.next_token.as_deref();
        let page = ctx.read(|tx| {
            let table = table::find(tx, &database, &name)?;
            let selection = Selection::new(&table, input.expression.as_deref(), input.segment)?;
            partition::list(tx, &table, &selection, token, limit)
        })?;
        let mut partitions = page.items;
        if input.exclude_column_schema == Some(true) {
            for storage in partitions.iter_mut().filter_map(|p| p.storage_descriptor.as_mut()) {
                storage.columns = None;
            }
        }
        Ok(GetPartitionsOutput { partitions: Some(partitions), next_token: page.next_token })
    }
}
