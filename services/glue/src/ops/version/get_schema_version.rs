//! `GetSchemaVersion`: one version, by its id or its number.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_GetSchemaVersion.html>

use glue_api::{GetSchemaVersion, GetSchemaVersionInput, GetSchemaVersionOutput};
use platform::{Ctx, Handle, Result};

use crate::Glue;
use crate::registry::{self, version};

impl Handle<GetSchemaVersion> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetSchemaVersionInput,
    ) -> Result<GetSchemaVersionOutput> {
        let given = version::Given {
            id: input.schema_version_id.as_deref(),
            schema: input.schema_id.as_ref(),
            number: input.schema_version_number.as_ref(),
        };
        let found = version::find(ctx, given).await?;
        Ok(GetSchemaVersionOutput {
            status: Some(found.row.status()),
            schema_version_id: Some(found.row.id),
            schema_definition: Some(found.row.definition),
            data_format: Some(found.schema.format()),
            schema_arn: Some(registry::schema_arn(ctx, &found.place.0, &found.place.1)),
            version_number: Some(found.number),
            created_time: Some(found.row.created),
        })
    }
}
