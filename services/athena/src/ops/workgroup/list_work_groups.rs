//! `ListWorkGroups`: the workgroups, by name.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_ListWorkGroups.html>

use athena_api::{ListWorkGroups, ListWorkGroupsInput, ListWorkGroupsOutput};
use platform::{Ctx, Handle, Result};

use crate::ops::page;
use crate::{Athena, store};

const PAGE_MAX: usize = 50;
const LIST: &str = "ListWorkGroups";

impl Handle<ListWorkGroups> for Athena {
    async fn handle(&self, ctx: &Ctx, input: ListWorkGroupsInput) -> Result<ListWorkGroupsOutput> {
        let after = page::after(LIST, input.next_token.as_deref())?;
        let limit = page::limit(input.max_results, PAGE_MAX);
        let found = ctx.read(|tx| store::workgroups(tx, after.as_deref(), limit))?;
        let last = found.rows.last().map(|(name, _)| name.as_str());
        Ok(ListWorkGroupsOutput {
            next_token: page::next(LIST, found.more, last),
            work_groups: Some(
                found.rows.into_iter().map(|(name, row)| row.summarize(name)).collect(),
            ),
        })
    }
}
