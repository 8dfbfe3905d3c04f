//! `CreateRegistry`: a place for schemas.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_CreateRegistry.html>

use glue_api::{CreateRegistry, CreateRegistryInput, CreateRegistryOutput};
use platform::{Ctx, Handle, Result};

use crate::ops::tag;
use crate::{Glue, registry};

impl Handle<CreateRegistry> for Glue {
    async fn handle(&self, ctx: &Ctx, input: CreateRegistryInput) -> Result<CreateRegistryOutput> {
        let name = input.registry_name;
        registry::ask_registry(ctx, &name).await?;
        let tags = input.tags.unwrap_or_default();
        let description = input.description;
        let row = ctx
            .write(|tx| {
                let row = registry::create_registry(tx, ctx, &name, description.clone())?;
                tag::put_new(tx, &format!("registry/{name}"), tags.clone())?;
                Ok::<_, platform::Fail>(row)
            })
            .await?;
        Ok(CreateRegistryOutput {
            registry_arn: Some(registry::registry_arn(ctx, &name)),
            registry_name: Some(name),
            description: row.description,
            tags: Some(tags),
        })
    }
}
