//! `ListTableMetadata`: the tables of a database.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_ListTableMetadata.html>

use athena_api::{ListTableMetadata, ListTableMetadataInput, ListTableMetadataOutput};
use glue_api::Client as Glue;
use platform::{Ctx, Handle, Result};

use crate::ops::page;
use crate::{Athena, store};

const PAGE_MAX: usize = 50;

impl Handle<ListTableMetadata> for Athena {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListTableMetadataInput,
    ) -> Result<ListTableMetadataOutput> {
        super::check_catalog(&input.catalog_name)?;
        if let Some(workgroup) = &input.work_group {
            ctx.read(|tx| store::workgroup(tx, workgroup))?;
        }
        let wanted = glue_api::GetTablesInput {
            database_name: input.database_name,
            expression: input.expression,
            max_results: i32::try_from(page::limit(input.max_results, PAGE_MAX)).ok(),
            next_token: input.next_token,
            ..Default::default()
        };
        let found = Glue::get_tables(ctx, wanted).await.map_err(super::metadata)?;
        let tables = found.table_list.into_iter().flatten().map(super::table);
        Ok(ListTableMetadataOutput {
            table_metadata_list: Some(tables.collect()),
            next_token: found.next_token,
        })
    }
}
