//! `PutDataCatalogEncryptionSettings`: under which keys the catalog and passwords are.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_PutDataCatalogEncryptionSettings.html>

use glue_api::{
    PutDataCatalogEncryptionSettings, PutDataCatalogEncryptionSettingsInput,
    PutDataCatalogEncryptionSettingsOutput,
};
use platform::{Ctx, Handle, Result};

use crate::store::ENCRYPTION;
use crate::{Glue, encryption, place};

impl Handle<PutDataCatalogEncryptionSettings> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutDataCatalogEncryptionSettingsInput,
    ) -> Result<PutDataCatalogEncryptionSettingsOutput> {
        place::catalog(ctx, input.catalog_id.as_deref())?;
        let row = encryption::described(ctx, input.data_catalog_encryption_settings).await?;
        ctx.write(|tx| Ok::<_, platform::Fail>(ENCRYPTION.put(tx, &(), &row)?)).await?;
        Ok(PutDataCatalogEncryptionSettingsOutput {})
    }
}
