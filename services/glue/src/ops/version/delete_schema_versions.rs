//! `DeleteSchemaVersions`: versions are no more; the first and the checkpoint stay.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteSchemaVersions.html>

use glue_api::{DeleteSchemaVersions, DeleteSchemaVersionsInput, DeleteSchemaVersionsOutput};
use platform::{Ctx, Handle, Result};

use crate::Glue;
use crate::registry::{self, version};
use crate::store::SCHEMAS;

impl Handle<DeleteSchemaVersions> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteSchemaVersionsInput,
    ) -> Result<DeleteSchemaVersionsOutput> {
        let (registry, name) = registry::schema(ctx, &input.schema_id).await?;
        let range = version::range(&input.versions)?;
        let errors = ctx
            .write(|tx| {
                let owner = registry::find_registry(tx, &registry)?;
                let mut row = registry::find_schema(tx, ctx, &registry, &name)?;
                let place = (registry.as_str(), name.as_str());
                let errors = version::delete(tx, ctx, place, &mut row, range.clone())?;
                SCHEMAS.put(tx, &(owner.id, name.as_str()), &row)?;
                Ok::<_, platform::Fail>(errors)
            })
            .await?;
        Ok(DeleteSchemaVersionsOutput { schema_version_errors: Some(errors) })
    }
}
