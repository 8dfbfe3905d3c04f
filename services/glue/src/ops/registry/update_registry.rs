//! `UpdateRegistry`: describes a registry anew.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateRegistry.html>

use glue_api::{UpdateRegistry, UpdateRegistryInput, UpdateRegistryOutput};
use platform::{Ctx, Handle, Result};

use crate::store::REGISTRIES;
use crate::{Glue, registry};

impl Handle<UpdateRegistry> for Glue {
    async fn handle(&self, ctx: &Ctx, input: UpdateRegistryInput) -> Result<UpdateRegistryOutput> {
        let name = registry::registry(ctx, Some(&input.registry_id)).await?;
        let now = ctx.now().rfc3339_millis();
        ctx.write(|tx| {
            let mut row = registry::find_registry(tx, &name)?;
            row.description = Some(input.description);
            row.updated = Some(now);
            Ok::<_, platform::Fail>(REGISTRIES.put(tx, name.as_str(), &row)?)
        })
        .await?;
        Ok(UpdateRegistryOutput {
            registry_arn: Some(registry::registry_arn(ctx, &name)),
            registry_name: Some(name),
        })
    }
}
