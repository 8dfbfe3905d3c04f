//! `DeleteNamedQuery`: forgets a kept query.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_DeleteNamedQuery.html>

use athena_api::{DeleteNamedQuery, DeleteNamedQueryInput, DeleteNamedQueryOutput};
use platform::{Ctx, Handle, Result};

use crate::{Athena, access, store};

impl Handle<DeleteNamedQuery> for Athena {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteNamedQueryInput,
    ) -> Result<DeleteNamedQueryOutput> {
        let id = input.named_query_id;
        let row = ctx.read(|tx| store::named(tx, &id))?;
        access::may(ctx, &row.workgroup).await?;
        ctx.write(|tx| store::delete_named(tx, &id)).await?;
        Ok(DeleteNamedQueryOutput::default())
    }
}
