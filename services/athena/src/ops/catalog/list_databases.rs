//! `ListDatabases`: the databases of the catalog.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_ListDatabases.html>

use athena_api::{ListDatabases, ListDatabasesInput, ListDatabasesOutput};
use glue_api::Client as Glue;
use platform::{Ctx, Handle, Result};

use crate::ops::page;
use crate::{Athena, store};

const PAGE_MAX: usize = 50;

impl Handle<ListDatabases> for Athena {
    async fn handle(&self, ctx: &Ctx, input: ListDatabasesInput) -> Result<ListDatabasesOutput> {
        super::check_catalog(&input.catalog_name)?;
        if let Some(workgroup) = &input.work_group {
            ctx.read(|tx| store::workgroup(tx, workgroup))?;
        }
        let wanted = glue_api::GetDatabasesInput {
            max_results: i32::try_from(page::limit(input.max_results, PAGE_MAX)).ok(),
            next_token: input.next_token,
            ..Default::default()
        };
        let found = Glue::get_databases(ctx, wanted).await.map_err(super::metadata)?;
        Ok(ListDatabasesOutput {
            database_list: Some(found.database_list.into_iter().map(super::database).collect()),
            next_token: found.next_token,
        })
    }
}
