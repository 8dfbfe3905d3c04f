//! `GetSchema`: a set of versions, and where it stands.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_GetSchema.html>

use glue_api::{GetSchema, GetSchemaInput, GetSchemaOutput};
use platform::{Ctx, Handle, Result};

use crate::{Glue, registry};
use glue_api::SchemaStatus;

impl Handle<GetSchema> for Glue {
    async fn handle(&self, ctx: &Ctx, input: GetSchemaInput) -> Result<GetSchemaOutput> {
        let (registry, name) = registry::schema(ctx, &input.schema_id).await?;
        let row = ctx.read(|tx| registry::find_schema(tx, ctx, &registry, &name))?;
        Ok(GetSchemaOutput {
            registry_arn: Some(registry::registry_arn(ctx, &registry)),
            schema_arn: Some(registry::schema_arn(ctx, &registry, &name)),
            registry_name: Some(registry),
            schema_name: Some(name),
            data_format: Some(row.format()),
            compatibility: Some(row.compatibility()),
            description: row.description,
            schema_checkpoint: Some(row.checkpoint),
            latest_schema_version: row.latest,
            next_schema_version: Some(row.next),
            schema_status: Some(SchemaStatus::Available),
            created_time: Some(row.created),
            updated_time: row.updated,
        })
    }
}
