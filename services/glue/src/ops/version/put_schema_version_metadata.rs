//! `PutSchemaVersionMetadata`: notes something of a version.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_PutSchemaVersionMetadata.html>

use glue_api::{
    PutSchemaVersionMetadata, PutSchemaVersionMetadataInput, PutSchemaVersionMetadataOutput,
};
use platform::{Ctx, Handle, Result};

use crate::Glue;
use crate::registry::{self, metadata, version};

impl Handle<PutSchemaVersionMetadata> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutSchemaVersionMetadataInput,
    ) -> Result<PutSchemaVersionMetadataOutput> {
        let given = version::Given {
            id: input.schema_version_id.as_deref(),
            schema: input.schema_id.as_ref(),
            number: input.schema_version_number.as_ref(),
        };
        let found = version::find(ctx, given).await?;
        let pair = metadata::pair(input.metadata_key_value)?;
        let now = ctx.now().rfc3339_millis();
        ctx.write(|tx| metadata::put(tx, &found, &pair, now.clone())).await?;
        Ok(PutSchemaVersionMetadataOutput {
            schema_arn: Some(registry::schema_arn(ctx, &found.place.0, &found.place.1)),
            registry_name: Some(found.place.0),
            schema_name: Some(found.place.1),
            latest_version: Some(found.schema.latest == Some(found.number)),
            version_number: Some(found.number),
            schema_version_id: Some(found.row.id),
            metadata_key: Some(pair.0),
            metadata_value: Some(pair.1),
        })
    }
}
