//! `GetTableMetadata`: a table of the catalog.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_GetTableMetadata.html>

use athena_api::{GetTableMetadata, GetTableMetadataInput, GetTableMetadataOutput};
use glue_api::Client as Glue;
use platform::{Ctx, Handle, Result};

use crate::{Athena, store};

impl Handle<GetTableMetadata> for Athena {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetTableMetadataInput,
    ) -> Result<GetTableMetadataOutput> {
        super::check_catalog(&input.catalog_name)?;
        if let Some(workgroup) = &input.work_group {
            ctx.read(|tx| store::workgroup(tx, workgroup))?;
        }
        let wanted = glue_api::GetTableInput {
            database_name: input.database_name,
            name: input.table_name,
            ..Default::default()
        };
        let found = Glue::get_table(ctx, wanted).await.map_err(super::metadata)?;
        Ok(GetTableMetadataOutput { table_metadata: found.table.map(super::table) })
    }
}
