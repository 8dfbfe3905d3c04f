//! `ListSchemaVersions`: the versions of a schema, by number.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_ListSchemaVersions.html>

use glue_api::{ListSchemaVersions, ListSchemaVersionsInput, ListSchemaVersionsOutput};
use platform::{Ctx, Handle, Page, Result};

use crate::store::SCHEMA_VERSIONS;
use crate::{Glue, error, pages, registry};
use glue_api::SchemaVersionListItem;

const LIST: &str = "ListSchemaVersions";
const PAGE: usize = 100;

impl Handle<ListSchemaVersions> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListSchemaVersionsInput,
    ) -> Result<ListSchemaVersionsOutput> {
        let (registry, name) = registry::schema(ctx, &input.schema_id).await?;
        let after = pages::after(LIST, input.next_token.as_deref())?;
        let after: Option<u64> =
            after.map(|key| key.parse().map_err(|_| error::bad_token())).transpose()?;
        let limit = pages::size(input.max_results, PAGE);
        let page = ctx.read(|tx| {
            let schema = registry::find_schema(tx, ctx, &registry, &name)?;
            let scan = SCHEMA_VERSIONS.scan(tx).prefix(&(schema.id,));
            let scan = match after {
                Some(number) => scan.after(&(schema.id, number)),
                None => scan,
            };
            let rows = scan.map(|row| Ok::<_, platform::Fail>(row?));
            Page::take(LIST, rows, limit, |((_, number), _)| number.to_string())
        })?;
        let arn = registry::schema_arn(ctx, &registry, &name);
        let listed = page.items.into_iter().map(|((_, number), row)| SchemaVersionListItem {
            schema_arn: Some(arn.clone()),
            status: Some(row.status()),
            schema_version_id: Some(row.id),
            version_number: i64::try_from(number).ok(),
            created_time: Some(row.created),
        });
        Ok(ListSchemaVersionsOutput {
            schemas: Some(listed.collect()),
            next_token: page.next_token,
        })
    }
}
