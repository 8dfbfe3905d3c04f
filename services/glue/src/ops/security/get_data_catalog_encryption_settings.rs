//! `GetDataCatalogEncryptionSettings`: under which keys the catalog and passwords are.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_GetDataCatalogEncryptionSettings.html>

use glue_api::{
    GetDataCatalogEncryptionSettings, GetDataCatalogEncryptionSettingsInput,
    GetDataCatalogEncryptionSettingsOutput,
};
use platform::{Ctx, Handle, Result};

use crate::{Glue, encryption, place};

impl Handle<GetDataCatalogEncryptionSettings> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetDataCatalogEncryptionSettingsInput,
    ) -> Result<GetDataCatalogEncryptionSettingsOutput> {
        place::catalog(ctx, input.catalog_id.as_deref())?;
        let settings = ctx.read(encryption::settings)?;
        Ok(GetDataCatalogEncryptionSettingsOutput {
            data_catalog_encryption_settings: Some(settings),
        })
    }
}
