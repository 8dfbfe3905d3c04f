//! `UpdateNamedQuery`: changes a kept query's name, description and text.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_UpdateNamedQuery.html>

use athena_api::{UpdateNamedQuery, UpdateNamedQueryInput, UpdateNamedQueryOutput};
use platform::{Ctx, Handle, Result};

use crate::{Athena, access, store};

impl Handle<UpdateNamedQuery> for Athena {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: UpdateNamedQueryInput,
    ) -> Result<UpdateNamedQueryOutput> {
        super::check_length(&input.query_string)?;
        let id = input.named_query_id;
        let row = ctx.read(|tx| store::named(tx, &id))?;
        access::may(ctx, &row.workgroup).await?;
        ctx.write(|tx| {
            let mut row = store::named(tx, &id)?;
            row.name = input.name;
            row.description = input.description.or(row.description);
            row.query = input.query_string;
            store::put_named(tx, &id, &row)?;
            Ok(UpdateNamedQueryOutput::default())
        })
        .await
    }
}
