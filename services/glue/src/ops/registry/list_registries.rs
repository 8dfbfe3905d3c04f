//! `ListRegistries`: the registries of the account, by name.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_ListRegistries.html>

use glue_api::{ListRegistries, ListRegistriesInput, ListRegistriesOutput};
use platform::{Ctx, Handle, Page, Result};

use crate::store::REGISTRIES;
use crate::{Glue, pages, registry};
use glue_api::{RegistryListItem, RegistryStatus};

const LIST: &str = "ListRegistries";
const PAGE: usize = 100;

impl Handle<ListRegistries> for Glue {
    async fn handle(&self, ctx: &Ctx, input: ListRegistriesInput) -> Result<ListRegistriesOutput> {
        let after = pages::after(LIST, input.next_token.as_deref())?;
        let limit = pages::size(input.max_results, PAGE);
        let page = ctx.read(|tx| {
            let scan = REGISTRIES.scan(tx);
            let scan = match &after {
                Some(name) => scan.after(name.as_str()),
                None => scan,
            };
            Page::take(LIST, scan, limit, |(name, _)| name.clone())
        })?;
        let listed = page.items.into_iter().map(|(name, row)| RegistryListItem {
            registry_arn: Some(registry::registry_arn(ctx, &name)),
            registry_name: Some(name),
            description: row.description,
            status: Some(RegistryStatus::Available),
            created_time: Some(row.created),
            updated_time: row.updated,
        });
        Ok(ListRegistriesOutput { registries: Some(listed.collect()), next_token: page.next_token })
    }
}
