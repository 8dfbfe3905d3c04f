//! `ListGrants`: the grants of a key.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_ListGrants.html>

use kms_api::{ListGrants, ListGrantsInput, ListGrantsOutput};
use platform::{Ctx, Handle, Page, Result};

use crate::access::{self, Ask};
use crate::{Kms, find, grants, pages, store};

const PAGE: usize = 50;

impl Handle<ListGrants> for Kms {
    async fn handle(&self, ctx: &Ctx, input: ListGrantsInput) -> Result<ListGrantsOutput> {
        let found = find::by_id(ctx, &input.key_id)?;
        access::require(ctx, &found, "kms:ListGrants", Ask::default()).await?;
        let key = found.key.id.as_str();
        let list = format!("ListGrants/{key}");
        let after = pages::after(&list, input.marker.as_deref())?;
        let limit = pages::size(input.limit, PAGE);
        let page = ctx.read(|tx| {
            let scan = store::GRANTS.scan(&tx.in_scope(&found.scope)).prefix(&(key,));
            let scan = match &after {
                Some(id) => scan.after(&(key, id.as_str())),
                None => scan,
            };
            let wanted = scan.filter(|row| match row {
                Ok(((_, id), grant)) => {
                    input.grant_id.as_ref().is_none_or(|wanted| wanted == id)
                        && input.grantee_principal.as_ref().is_none_or(|p| *p == grant.grantee)
                }
                Err(_) => true,
            });
            Page::take(&list, wanted, limit, |((_, id), _)| id.clone())
        })?;
        let arn = found.arn();
        let entry = |((_, id), grant)| grants::entry(&arn, id, grant);
        Ok(ListGrantsOutput {
            grants: Some(page.items.into_iter().map(entry).collect()),
            truncated: Some(page.next_token.is_some()),
            next_marker: page.next_token,
        })
    }
}
