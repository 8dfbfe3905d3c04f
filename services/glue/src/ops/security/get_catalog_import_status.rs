//! `GetCatalogImportStatus`: whether a catalog that Athena kept was taken over.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_GetCatalogImportStatus.html>

use glue_api::{GetCatalogImportStatus, GetCatalogImportStatusInput, GetCatalogImportStatusOutput};
use platform::{Ctx, Handle, Result, Stored};

use crate::store::IMPORT;
use crate::{Glue, place};
use glue_api::CatalogImportStatus;

impl Handle<GetCatalogImportStatus> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetCatalogImportStatusInput,
    ) -> Result<GetCatalogImportStatusOutput> {
        place::catalog(ctx, input.catalog_id.as_deref())?;
        let found = ctx.read(|tx| IMPORT.get(tx, &()))?.map(|Stored(status)| status);
        // Without an import there is nothing left to import: there never was another catalog.
        let none = || CatalogImportStatus {
            import_completed: Some(false),
            ..CatalogImportStatus::default()
        };
        Ok(GetCatalogImportStatusOutput { import_status: Some(found.unwrap_or_else(none)) })
    }
}
