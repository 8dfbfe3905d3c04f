//! `GetRegistry`: one registry.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_GetRegistry.html>

use glue_api::{GetRegistry, GetRegistryInput, GetRegistryOutput};
use platform::{Ctx, Handle, Result};

use crate::{Glue, registry};
use glue_api::RegistryStatus;

impl Handle<GetRegistry> for Glue {
    async fn handle(&self, ctx: &Ctx, input: GetRegistryInput) -> Result<GetRegistryOutput> {
        let name = registry::registry(ctx, Some(&input.registry_id)).await?;
        let row = ctx.read(|tx| registry::find_registry(tx, &name))?;
        Ok(GetRegistryOutput {
            registry_arn: Some(registry::registry_arn(ctx, &name)),
            registry_name: Some(name),
            description: row.description,
            status: Some(RegistryStatus::Available),
            created_time: Some(row.created),
            updated_time: row.updated,
        })
    }
}
