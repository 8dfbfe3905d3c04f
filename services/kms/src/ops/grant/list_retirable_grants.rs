//! `ListRetirableGrants`: the grants that someone may retire, of all keys.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_ListRetirableGrants.html>

use kms_api::{ListRetirableGrants, ListRetirableGrantsInput, ListRetirableGrantsOutput};
use platform::{Arn, Ctx, Fail, Handle, Page, Result};

use crate::{Kms, grants, pages, store};

const PAGE: usize = 50;

impl Handle<ListRetirableGrants> for Kms {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListRetirableGrantsInput,
    ) -> Result<ListRetirableGrantsOutput> {
        let principal = input.retiring_principal.as_str();
        let list = format!("ListRetirableGrants/{principal}");
        let after = pages::after(&list, input.marker.as_deref())?;
        let limit = pages::size(input.limit, PAGE);
        let page = ctx.read(|tx| {
            let scan = store::RETIRABLE.scan(tx).prefix(&(principal,));
            let scan = match after.as_deref().and_then(|place| place.split_once('/')) {
                Some((key, id)) => scan.after(&(principal, key, id)),
                None => scan,
            };
            let page = Page::take(&list, scan.keys(), limit, |(_, key, id)| format!("{key}/{id}"))?;
            let mut entries = Vec::new();
            for (_, key, id) in page.items {
                if let Some(grant) = store::GRANTS.get(tx, &(key.as_str(), id.as_str()))? {
                    let arn = Arn::new(kms_api::SERVICE.name, ctx.scope(), &format!("key/{key}"));
                    entries.push(grants::entry(&arn, id, grant));
                }
            }
            Ok::<_, Fail>(Page { items: entries, next_token: page.next_token })
        })?;
        Ok(ListRetirableGrantsOutput {
            grants: Some(page.items),
            truncated: Some(page.next_token.is_some()),
            next_marker: page.next_token,
        })
    }
}
