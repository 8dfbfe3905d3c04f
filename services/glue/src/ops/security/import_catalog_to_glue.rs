//! `ImportCatalogToGlue`: takes over a catalog that Athena kept before there was this one: there is none.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_ImportCatalogToGlue.html>

use glue_api::{ImportCatalogToGlue, ImportCatalogToGlueInput, ImportCatalogToGlueOutput};
use platform::{Ctx, Handle, Result, Stored};

use crate::store::IMPORT;
use crate::{Glue, place};
use glue_api::CatalogImportStatus;

impl Handle<ImportCatalogToGlue> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ImportCatalogToGlueInput,
    ) -> Result<ImportCatalogToGlueOutput> {
        place::catalog(ctx, input.catalog_id.as_deref())?;
        let row = CatalogImportStatus {
            import_completed: Some(true),
            import_time: Some(ctx.now().floor_secs()),
            imported_by: Some(ctx.caller().display_name().to_owned()),
        };
        ctx.write(|tx| {
            // The first import is the one there was.
            if IMPORT.get(tx, &())?.is_some() {
                return Ok(());
            }
            Ok::<_, platform::Fail>(IMPORT.put(tx, &(), &Stored(row))?)
        })
        .await?;
        Ok(ImportCatalogToGlueOutput {})
    }
}
