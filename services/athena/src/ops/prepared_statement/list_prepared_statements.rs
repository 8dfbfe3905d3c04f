//! `ListPreparedStatements`: a workgroup's kept statements, by name.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_ListPreparedStatements.html>

use athena_api::{
    ListPreparedStatements, ListPreparedStatementsInput, ListPreparedStatementsOutput,
    PreparedStatementSummary,
};
use platform::{Ctx, Handle, Result};

use crate::ops::page;
use crate::{Athena, store};

const PAGE_MAX: usize = 50;

impl Handle<ListPreparedStatements> for Athena {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListPreparedStatementsInput,
    ) -> Result<ListPreparedStatementsOutput> {
        let workgroup = input.work_group;
        let list = format!("ListPreparedStatements/{workgroup}");
        let after = page::after(&list, input.next_token.as_deref())?;
        let limit = page::limit(input.max_results, PAGE_MAX);
        let (rows, more) = ctx.read(|tx| -> Result<_> {
            store::workgroup(tx, &workgroup)?;
            Ok(store::prepared_page(tx, &workgroup, after.as_deref(), limit)?)
        })?;
        let next_token = page::next(&list, more, rows.last().map(|(name, _)| name.as_str()));
        let summaries = rows.into_iter().map(|(name, row)| PreparedStatementSummary {
            statement_name: Some(name),
            last_modified_time: Some(row.modified),
        });
        let prepared_statements = Some(summaries.collect());
        Ok(ListPreparedStatementsOutput { prepared_statements, next_token })
    }
}
