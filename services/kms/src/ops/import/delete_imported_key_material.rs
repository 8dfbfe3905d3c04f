//! `DeleteImportedKeyMaterial`: takes imported material away at once. The same can be imported again.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_DeleteImportedKeyMaterial.html>

use kms_api::{
    DeleteImportedKeyMaterial, DeleteImportedKeyMaterialInput, DeleteImportedKeyMaterialOutput,
};
use platform::{Ctx, Handle, Result};

use super::check_external;
use crate::{Kms, access, error, find, jobs};

impl Handle<DeleteImportedKeyMaterial> for Kms {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteImportedKeyMaterialInput,
    ) -> Result<DeleteImportedKeyMaterialOutput> {
        let found = find::own(ctx, &input.key_id)?;
        access::require_change(ctx, &found, "kms:DeleteImportedKeyMaterial").await?;
        check_external(&found)?;
        if let Some(wanted) = &input.key_material_id
            && found.key.imported.as_ref() != Some(wanted)
        {
            return Err(error::no_material(wanted));
        }
        let key_material_id = found.key.imported.clone();
        ctx.write(|tx| {
            let key = find::again(tx, &found)?;
            key.not_being_deleted(&found.scope)?;
            jobs::without_material(tx, key)
        })
        .await?;
        let key_id = Some(found.arn().to_string());
        Ok(DeleteImportedKeyMaterialOutput { key_id, key_material_id })
    }
}
