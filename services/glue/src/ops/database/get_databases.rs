//! `GetDatabases`: all databases, by name.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_GetDatabases.html>

use glue_api::{
    Database, DatabaseAttributes, GetDatabases, GetDatabasesInput, GetDatabasesOutput,
    ResourceShareType,
};
use platform::{Ctx, Handle, Page, Result};

use crate::store::DATABASES;
use crate::{Glue, encryption, pages, place};

const LIST: &str = "GetDatabases";
const PAGE: usize = 100;

impl Handle<GetDatabases> for Glue {
    async fn handle(&self, ctx: &Ctx, input: GetDatabasesInput) -> Result<GetDatabasesOutput> {
        place::catalog(ctx, input.catalog_id.as_deref())?;
        encryption::ask(ctx).await?;
        if shared_only(input.resource_share_type) {
            return Ok(GetDatabasesOutput::default());
        }
        let after = pages::after(LIST, input.next_token.as_deref())?;
        let limit = pages::size(input.max_results, PAGE);
        let page = ctx.read(|tx| {
            let scan = DATABASES.scan(tx);
            let scan = match &after {
                Some(name) => scan.after(name.as_str()),
                None => scan,
            };
            Page::take(LIST, scan, limit, |(name, _)| name.clone())
        })?;
        let wanted = input.attributes_to_get.unwrap_or_default();
        let databases = page.items.into_iter().map(|(_, row)| attributes(row.database.0, &wanted));
        Ok(GetDatabasesOutput { database_list: databases.collect(), next_token: page.next_token })
    }
}

/// Whether only what other accounts share is asked for: nothing, since none share.
fn shared_only(kind: Option<ResourceShareType>) -> bool {
    matches!(kind, Some(ResourceShareType::Foreign | ResourceShareType::Federated))
}

/// Only what was asked for; everything when nothing was.
fn attributes(database: Database, wanted: &[DatabaseAttributes]) -> Database {
    if wanted.is_empty() {
        return database;
    }
    let target = wanted.contains(&DatabaseAttributes::TargetDatabase);
    Database {
        name: database.name,
        target_database: database.target_database.filter(|_| target),
        ..Database::default()
    }
}
