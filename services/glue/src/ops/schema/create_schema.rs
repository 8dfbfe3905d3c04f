//! `CreateSchema`: a set of versions, and the first of them.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_CreateSchema.html>

use glue_api::{CreateSchema, CreateSchemaInput, CreateSchemaOutput};
use platform::{Ctx, Handle, Result};

use crate::ops::tag;
use crate::registry::{self, version};
use crate::store::{SCHEMAS, SchemaRow};
use crate::{Glue, error};
use glue_api::{Compatibility, SchemaStatus};

impl Handle<CreateSchema> for Glue {
    async fn handle(&self, ctx: &Ctx, input: CreateSchemaInput) -> Result<CreateSchemaOutput> {
        let registry = match &input.registry_id {
            Some(id) => registry::registry(ctx, Some(id)).await?,
            None => registry::registry(ctx, None).await?,
        };
        let name = input.schema_name;
        registry::ask_schema(ctx, &registry, &name).await?;
        let compatibility = input.compatibility.unwrap_or(Compatibility::Backward);
        let first = input.schema_definition.as_deref();
        if let Some(text) = first {
            version::parse(input.data_format, text)?;
        }
        let tags = input.tags.unwrap_or_default();
        let makes_default = input.registry_id.is_none();
        let row = SchemaRow {
            id: ctx.ids().number(),
            format: input.data_format.as_str().to_owned(),
            compatibility: compatibility.as_str().to_owned(),
            description: input.description.clone(),
            created: ctx.now().rfc3339_millis(),
            updated: Some(ctx.now().rfc3339_millis()),
            next: 1,
            latest: None,
            checkpoint: 1,
        };
        let (row, added) = ctx
            .write(|tx| {
                let mut row = row.clone();
                let owner = registry::for_schema(tx, ctx, &registry, makes_default)?;
                if SCHEMAS.contains(tx, &(owner.id, name.as_str()))? {
                    return Err(error::schema_exists(ctx, &registry, &name));
                }
                registry::check_room(tx)?;
                let mut added = None;
                if let Some(text) = first {
                    let place = (registry.as_str(), name.as_str());
                    added = Some(version::add(tx, ctx, place, &mut row, text, None)?);
                }
                SCHEMAS.put(tx, &(owner.id, name.as_str()), &row)?;
                tag::put_new(tx, &format!("schema/{registry}/{name}"), tags.clone())?;
                Ok((row, added))
            })
            .await?;
        Ok(CreateSchemaOutput {
            registry_name: Some(registry.clone()),
            registry_arn: Some(registry::registry_arn(ctx, &registry)),
            schema_arn: Some(registry::schema_arn(ctx, &registry, &name)),
            schema_name: Some(name),
            description: row.description,
            data_format: Some(input.data_format),
            compatibility: Some(compatibility),
            schema_checkpoint: Some(row.checkpoint),
            latest_schema_version: row.latest,
            next_schema_version: Some(row.next),
            schema_status: Some(SchemaStatus::Available),
            tags: Some(tags),
            schema_version_id: added.as_ref().map(|added| added.id.clone()),
            schema_version_status: added.map(|added| added.status()),
        })
    }
}
