//! `UpdateSchema`: another description or compatibility, or another checkpoint.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateSchema.html>

use glue_api::{UpdateSchema, UpdateSchemaInput, UpdateSchemaOutput};
use platform::{Ctx, Handle, Result};

use crate::registry::{self, version};
use crate::store::SCHEMAS;
use crate::{Glue, error};
use glue_api::SchemaVersionStatus;

impl Handle<UpdateSchema> for Glue {
    async fn handle(&self, ctx: &Ctx, input: UpdateSchemaInput) -> Result<UpdateSchemaOutput> {
        let (registry, name) = registry::schema(ctx, &input.schema_id).await?;
        if input.compatibility.is_some() && input.schema_version_number.is_none() {
            return Err(error::invalid(
                "SchemaVersionNumber is required to update the Compatibility of a schema.",
            ));
        }
        if input.schema_version_number.is_none() && input.description.is_none() {
            return Err(error::invalid(
                "At least one of Description, Compatibility or SchemaVersionNumber is required.",
            ));
        }
        let now = ctx.now().rfc3339_millis();
        ctx.write(|tx| {
            let owner = registry::find_registry(tx, &registry)?;
            let mut row = registry::find_schema(tx, ctx, &registry, &name)?;
            if let Some(number) = &input.schema_version_number {
                let place = (registry.as_str(), name.as_str());
                let (number, version) = version::by_number(tx, ctx, place, &row, number)?;
                if version.status() != SchemaVersionStatus::Available {
                    return Err(error::invalid("A checkpoint must be an AVAILABLE version."));
                }
                row.checkpoint = number;
            }
            if let Some(compatibility) = input.compatibility {
                row.compatibility = compatibility.as_str().to_owned();
            }
            if input.description.is_some() {
                row.description = input.description;
            }
            row.updated = Some(now);
            Ok(SCHEMAS.put(tx, &(owner.id, name.as_str()), &row)?)
        })
        .await?;
        Ok(UpdateSchemaOutput {
            schema_arn: Some(registry::schema_arn(ctx, &registry, &name)),
            registry_name: Some(registry),
            schema_name: Some(name),
        })
    }
}
