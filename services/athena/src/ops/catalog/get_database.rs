//! `GetDatabase`: a database of the catalog.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_GetDatabase.html>

use athena_api::{GetDatabase, GetDatabaseInput, GetDatabaseOutput};
use glue_api::Client as Glue;
use platform::{Ctx, Handle, Result};

use crate::{Athena, store};

impl Handle<GetDatabase> for Athena {
    async fn handle(&self, ctx: &Ctx, input: GetDatabaseInput) -> Result<GetDatabaseOutput> {
        super::check_catalog(&input.catalog_name)?;
        if let Some(workgroup) = &input.work_group {
            ctx.read(|tx| store::workgroup(tx, workgroup))?;
        }
        let wanted = glue_api::GetDatabaseInput { name: input.database_name, ..Default::default() };
        let found = Glue::get_database(ctx, wanted).await.map_err(super::metadata)?;
        Ok(GetDatabaseOutput { database: found.database.map(super::database) })
    }
}
