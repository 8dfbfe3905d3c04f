//! `ListQueryExecutions`: a workgroup's history, newest first.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_ListQueryExecutions.html>

use athena_api::{ListQueryExecutions, ListQueryExecutionsInput, ListQueryExecutionsOutput};
use platform::{Ctx, Handle, Result, Timestamp};

use crate::ops::page;
use crate::{Athena, access, error, store};

const PAGE_MAX: usize = 50;

impl Handle<ListQueryExecutions> for Athena {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListQueryExecutionsInput,
    ) -> Result<ListQueryExecutionsOutput> {
        let workgroup = access::workgroup(ctx, input.work_group).await?;
        let list = format!("ListQueryExecutions/{workgroup}");
        let after = page::after(&list, input.next_token.as_deref())?;
        let after = after.map(|key| place(&key).ok_or_else(error::invalid_token)).transpose()?;
        let limit = page::limit(input.max_results, PAGE_MAX);
        let (rows, more) = ctx.read(|tx| -> Result<_> {
            store::workgroup(tx, &workgroup)?;
            Ok(store::history(tx, ctx.now(), &workgroup, after, limit)?)
        })?;
        let last = rows.last().map(|(at, id)| format!("{}/{id}", at.as_micros()));
        Ok(ListQueryExecutionsOutput {
            next_token: page::next(&list, more, last.as_deref()),
            query_execution_ids: Some(rows.into_iter().map(|(_, id)| id).collect()),
        })
    }
}

fn place(key: &str) -> Option<(Timestamp, String)> {
    let (micros, id) = key.split_once('/')?;
    Some((Timestamp::from_micros(micros.parse().ok()?), id.to_owned()))
}
