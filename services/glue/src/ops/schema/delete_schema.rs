//! `DeleteSchema`: a set of versions is no more.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteSchema.html>

use glue_api::{DeleteSchema, DeleteSchemaInput, DeleteSchemaOutput};
use platform::{Ctx, Handle, Result};

use crate::{Glue, registry};
use glue_api::SchemaStatus;

impl Handle<DeleteSchema> for Glue {
    async fn handle(&self, ctx: &Ctx, input: DeleteSchemaInput) -> Result<DeleteSchemaOutput> {
        let (registry, name) = registry::schema(ctx, &input.schema_id).await?;
        ctx.write(|tx| registry::delete_schema(tx, ctx, &registry, &name)).await?;
        Ok(DeleteSchemaOutput {
            schema_arn: Some(registry::schema_arn(ctx, &registry, &name)),
            schema_name: Some(name),
            status: Some(SchemaStatus::Deleting),
        })
    }
}
