//! `DeleteRegistry`: a registry is no more, nor are its schemas.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteRegistry.html>

use glue_api::{DeleteRegistry, DeleteRegistryInput, DeleteRegistryOutput};
use platform::{Ctx, Handle, Result};

use crate::{Glue, registry};
use glue_api::RegistryStatus;

impl Handle<DeleteRegistry> for Glue {
    async fn handle(&self, ctx: &Ctx, input: DeleteRegistryInput) -> Result<DeleteRegistryOutput> {
        let name = registry::registry(ctx, Some(&input.registry_id)).await?;
        ctx.write(|tx| registry::delete_registry(tx, ctx, &name)).await?;
        Ok(DeleteRegistryOutput {
            registry_arn: Some(registry::registry_arn(ctx, &name)),
            registry_name: Some(name),
            status: Some(RegistryStatus::Deleting),
        })
    }
}
