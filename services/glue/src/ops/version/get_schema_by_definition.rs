//! `GetSchemaByDefinition`: the version that has a definition.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_GetSchemaByDefinition.html>

use glue_api::{GetSchemaByDefinition, GetSchemaByDefinitionInput, GetSchemaByDefinitionOutput};
use platform::{Ctx, Handle, Result};

use crate::registry::{self, version};
use crate::{Glue, error};

impl Handle<GetSchemaByDefinition> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetSchemaByDefinitionInput,
    ) -> Result<GetSchemaByDefinitionOutput> {
        let (registry, name) = registry::schema(ctx, &input.schema_id).await?;
        let (schema, row) = ctx.read(|tx| {
            let schema = registry::find_schema(tx, ctx, &registry, &name)?;
            let canonical = version::parse(schema.format(), &input.schema_definition)?;
            let found = version::with_definition(tx, &schema, canonical.canonical())?;
            let found =
                found.ok_or_else(|| error::no_version_of_definition(ctx, &registry, &name))?;
            Ok::<_, platform::Fail>((schema, found.1))
        })?;
        Ok(GetSchemaByDefinitionOutput {
            status: Some(row.status()),
            schema_version_id: Some(row.id),
            schema_arn: Some(registry::schema_arn(ctx, &registry, &name)),
            data_format: Some(schema.format()),
            created_time: Some(row.created),
        })
    }
}
