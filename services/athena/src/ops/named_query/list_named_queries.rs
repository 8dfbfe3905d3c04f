//! `ListNamedQueries`: the ids of a workgroup's kept queries.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_ListNamedQueries.html>

use athena_api::{ListNamedQueries, ListNamedQueriesInput, ListNamedQueriesOutput};
use platform::{Ctx, Handle, Result};

use crate::ops::page;
use crate::{Athena, access, store};

const PAGE_MAX: usize = 50;

impl Handle<ListNamedQueries> for Athena {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListNamedQueriesInput,
    ) -> Result<ListNamedQueriesOutput> {
        let workgroup = access::workgroup(ctx, input.work_group).await?;
        let list = format!("ListNamedQueries/{workgroup}");
        let after = page::after(&list, input.next_token.as_deref())?;
        let limit = page::limit(input.max_results, PAGE_MAX);
        let (ids, more) = ctx.read(|tx| -> Result<_> {
            store::workgroup(tx, &workgroup)?;
            Ok(store::named_ids(tx, &workgroup, after.as_deref(), limit)?)
        })?;
        let next_token = page::next(&list, more, ids.last().map(String::as_str));
        Ok(ListNamedQueriesOutput { named_query_ids: Some(ids), next_token })
    }
}
