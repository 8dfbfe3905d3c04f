//! `ListAliases`: the names of keys, of one or of all.
//!
//! AWS lists names of keys that it would manage before there is a key; here they come with it.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_ListAliases.html>

use kms_api::{AliasListEntry, ListAliases, ListAliasesInput, ListAliasesOutput};
use platform::{Ctx, Handle, Page, Result};

use crate::{Kms, find, pages, store};

const LIST: &str = "ListAliases";
const PAGE: usize = 50;

impl Handle<ListAliases> for Kms {
    async fn handle(&self, ctx: &Ctx, input: ListAliasesInput) -> Result<ListAliasesOutput> {
        let of = match &input.key_id {
            Some(id) => Some(find::own(ctx, id)?.key.id),
            None => None,
        };
        let list = format!("{LIST}/{}", of.as_deref().unwrap_or_default());
        let after = pages::after(&list, input.marker.as_deref())?;
        let limit = pages::size(input.limit, PAGE);
        let page = ctx.read(|tx| {
            let aliases = store::aliases_after(tx, after.as_deref());
            let wanted = aliases.filter(|alias| match (alias, &of) {
                (Ok((_, row)), Some(id)) => row.target == *id,
                _ => true,
            });
            Page::take(&list, wanted, limit, |(name, _)| name.clone())
        })?;
        let entry = |(name, row): (String, crate::model::AliasRow)| AliasListEntry {
            alias_arn: Some(find::alias_arn(ctx.scope(), &name).to_string()),
            alias_name: Some(name),
            target_key_id: Some(row.target),
            creation_date: Some(row.created),
            last_updated_date: Some(row.updated),
        };
        Ok(ListAliasesOutput {
            aliases: Some(page.items.into_iter().map(entry).collect()),
            truncated: Some(page.next_token.is_some()),
            next_marker: page.next_token,
        })
    }
}
