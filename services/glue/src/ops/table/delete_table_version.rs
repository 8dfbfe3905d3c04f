//! `DeleteTableVersion`: forgets what a table was.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteTableVersion.html>

use glue_api::{DeleteTableVersion, DeleteTableVersionInput, DeleteTableVersionOutput};
use platform::{Ctx, Handle, Result};

use crate::catalog::table;
use crate::{Glue, place};

impl Handle<DeleteTableVersion> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteTableVersionInput,
    ) -> Result<DeleteTableVersionOutput> {
        let (database, name) =
            place::table(ctx, input.catalog_id.as_deref(), &input.database_name, &input.table_name)
                .await?;
        ctx.write(|tx| {
            let row = table::find_to_change(tx, &database, &name)?;
            table::delete_version(tx, &row, &input.version_id)
        })
        .await?;
        Ok(DeleteTableVersionOutput::default())
    }
}
