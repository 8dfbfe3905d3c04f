//! `GetTableVersions`: a table as it is and was, the newest first.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_GetTableVersions.html>

use glue_api::{GetTableVersions, GetTableVersionsInput, GetTableVersionsOutput, TableVersion};
use platform::{Ctx, Fail, Handle, Page, Result, Stored};

use crate::catalog::table;
use crate::store::VERSIONS;
use crate::{Glue, error, pages, place};

const PAGE: usize = 100;

impl Handle<GetTableVersions> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetTableVersionsInput,
    ) -> Result<GetTableVersionsOutput> {
        let catalog = input.catalog_id.as_deref();
        let (database, name) =
            place::table(ctx, catalog, &input.database_name, &input.table_name).await?;
        let list = format!("GetTableVersions/{database}/{name}");
        let after = pages::after(&list, input.next_token.as_deref())?;
        let after: Option<u64> =
            after.map(|key| key.parse().map_err(|_| error::bad_token())).transpose()?;
        let limit = pages::size(input.max_results, PAGE);
        let page = ctx.read(|tx| {
            let row = table::find(tx, &database, &name)?;
            let current = after.is_none().then(|| Ok::<_, Fail>(table::current(&row)));
            let archived = VERSIONS.scan(tx).prefix(&(row.id,)).reverse();
            let archived = archived.until(&(row.id, after.unwrap_or(row.version)));
            let archived =
                archived.map(|version| Ok(version.map(|(_, Stored(t))| table::as_version(t))?));
            Page::take(&list, current.into_iter().chain(archived), limit, key)
        })?;
        Ok(GetTableVersionsOutput { table_versions: Some(page.items), next_token: page.next_token })
    }
}

fn key(version: &TableVersion) -> String {
    version.version_id.clone().unwrap_or_default()
}
