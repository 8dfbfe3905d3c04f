//! `GetNamedQuery`: a kept query.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_GetNamedQuery.html>

use athena_api::{GetNamedQuery, GetNamedQueryInput, GetNamedQueryOutput};
use platform::{Ctx, Handle, Result};

use crate::{Athena, access, store};

impl Handle<GetNamedQuery> for Athena {
    async fn handle(&self, ctx: &Ctx, input: GetNamedQueryInput) -> Result<GetNamedQueryOutput> {
        let id = input.named_query_id;
        let row = ctx.read(|tx| store::named(tx, &id))?;
        access::may(ctx, &row.workgroup).await?;
        Ok(GetNamedQueryOutput { named_query: Some(super::describe(&id, row)) })
    }
}
