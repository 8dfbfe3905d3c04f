//! `GetTableVersion`: a table as it was or is.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_GetTableVersion.html>

use glue_api::{GetTableVersion, GetTableVersionInput, GetTableVersionOutput};
use platform::{Ctx, Handle, Result};

use crate::catalog::table;
use crate::{Glue, place};

impl Handle<GetTableVersion> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetTableVersionInput,
    ) -> Result<GetTableVersionOutput> {
        let (database, name) =
            place::table(ctx, input.catalog_id.as_deref(), &input.database_name, &input.table_name)
                .await?;
        let version = ctx.read(|tx| {
            let row = table::find(tx, &database, &name)?;
            table::version(tx, &row, input.version_id.as_deref())
        })?;
        Ok(GetTableVersionOutput { table_version: Some(version) })
    }
}
