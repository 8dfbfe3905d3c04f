//! `GetSchemaVersionsDiff`: what differs between two versions.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_GetSchemaVersionsDiff.html>

use glue_api::{GetSchemaVersionsDiff, GetSchemaVersionsDiffInput, GetSchemaVersionsDiffOutput};
use platform::{Ctx, Handle, Result};

use crate::Glue;
use crate::registry::{self, version};

/// A definition by lines: JSON on one line would differ as a whole.
fn pretty(text: &str) -> String {
    let value: Option<serde_json::Value> = serde_json::from_str(text).ok();
    let lines = value.and_then(|value| serde_json::to_string_pretty(&value).ok());
    lines.unwrap_or_else(|| text.to_owned())
}

impl Handle<GetSchemaVersionsDiff> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetSchemaVersionsDiffInput,
    ) -> Result<GetSchemaVersionsDiffOutput> {
        let (registry, name) = registry::schema(ctx, &input.schema_id).await?;
        let (first, second) = ctx.read(|tx| {
            let schema = registry::find_schema(tx, ctx, &registry, &name)?;
            let place = (registry.as_str(), name.as_str());
            let one = |number| version::by_number(tx, ctx, place, &schema, number);
            let first = one(&input.first_schema_version_number)?.1.definition;
            let second = one(&input.second_schema_version_number)?.1.definition;
            Ok::<_, platform::Fail>((pretty(&first), pretty(&second)))
        })?;
        Ok(GetSchemaVersionsDiffOutput { diff: Some(aquifer_registry::unified(&first, &second)) })
    }
}
