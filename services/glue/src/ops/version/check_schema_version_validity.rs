//! `CheckSchemaVersionValidity`: whether a text is a schema.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_CheckSchemaVersionValidity.html>

use glue_api::{
    CheckSchemaVersionValidity, CheckSchemaVersionValidityInput, CheckSchemaVersionValidityOutput,
};
use platform::{Ctx, Handle, Result};

use crate::Glue;
use crate::registry::{self, version};

impl Handle<CheckSchemaVersionValidity> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: CheckSchemaVersionValidityInput,
    ) -> Result<CheckSchemaVersionValidityOutput> {
        registry::ask(ctx, "*").await?;
        let checked = version::parsed(input.data_format, &input.schema_definition);
        let error = checked.err().map(|why| why.to_string());
        Ok(CheckSchemaVersionValidityOutput { valid: Some(error.is_none()), error })
    }
}
