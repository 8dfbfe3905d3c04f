//! `CreateDatabase`: a new name for tables.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_CreateDatabase.html>

use glue_api::{CreateDatabase, CreateDatabaseInput, CreateDatabaseOutput};
use platform::{Ctx, Handle, Result};

use crate::Glue;
use crate::catalog::{Maker, database};
use crate::ops::tag;
use crate::place;

impl Handle<CreateDatabase> for Glue {
    async fn handle(&self, ctx: &Ctx, input: CreateDatabaseInput) -> Result<CreateDatabaseOutput> {
        place::catalog(ctx, input.catalog_id.as_deref())?;
        let name = place::database(ctx, None, &input.database_input.name).await?;
        let maker = Maker::of(ctx);
        ctx.write(|tx| {
            database::create(tx, &maker, input.database_input)?;
            tag::put_new(tx, &database::tags_key(&name), input.tags.unwrap_or_default())
        })
        .await?;
        Ok(CreateDatabaseOutput::default())
    }
}
