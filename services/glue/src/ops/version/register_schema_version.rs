//! `RegisterSchemaVersion`: a new version, if those before it let it be.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_RegisterSchemaVersion.html>

use glue_api::{RegisterSchemaVersion, RegisterSchemaVersionInput, RegisterSchemaVersionOutput};
use platform::{Ctx, Handle, Result};

use crate::Glue;
use crate::registry::{self, version};
use crate::store::SCHEMAS;

impl Handle<RegisterSchemaVersion> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: RegisterSchemaVersionInput,
    ) -> Result<RegisterSchemaVersionOutput> {
        let (registry, name) = registry::schema(ctx, &input.schema_id).await?;
        let text = input.schema_definition;
        let (number, row) = ctx
            .write(|tx| {
                let owner = registry::find_registry(tx, &registry)?;
                let mut row = registry::find_schema(tx, ctx, &registry, &name)?;
                let place = (registry.as_str(), name.as_str());
                let added = version::register(tx, ctx, place, &mut row, &text)?;
                SCHEMAS.put(tx, &(owner.id, name.as_str()), &row)?;
                Ok::<_, platform::Fail>(added)
            })
            .await?;
        Ok(RegisterSchemaVersionOutput {
            status: Some(row.status()),
            schema_version_id: Some(row.id),
            version_number: Some(number),
        })
    }
}
