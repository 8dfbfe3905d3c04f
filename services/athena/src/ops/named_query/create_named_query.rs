//! `CreateNamedQuery`: keeps a query's text.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_CreateNamedQuery.html>

use athena_api::{CreateNamedQuery, CreateNamedQueryInput, CreateNamedQueryOutput};
use platform::{Ctx, Handle, Result};

use crate::model::NamedQueryRow;
use crate::{Athena, access, store};

impl Handle<CreateNamedQuery> for Athena {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: CreateNamedQueryInput,
    ) -> Result<CreateNamedQueryOutput> {
        let workgroup = access::workgroup(ctx, input.work_group.clone()).await?;
        super::check_length(&input.query_string)?;
        let id = ctx.ids().uuid();
        let row = NamedQueryRow {
            name: input.name.clone(),
            description: input.description.clone(),
            database: input.database.clone(),
            query: input.query_string.clone(),
            workgroup,
        };
        let output = CreateNamedQueryOutput { named_query_id: Some(id.clone()) };
        ctx.write(|tx| -> Result<()> {
            store::workgroup(tx, &row.workgroup)?;
            platform::remember::<CreateNamedQuery>(ctx, tx, &input, &output)?;
            Ok(store::put_named(tx, &id, &row)?)
        })
        .await?;
        Ok(output)
    }
}
