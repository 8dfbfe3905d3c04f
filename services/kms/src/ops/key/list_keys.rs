//! `ListKeys`: all keys of the account in the region.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeys.html>

use kms_api::{KeyListEntry, ListKeys, ListKeysInput, ListKeysOutput};
use platform::{Ctx, Handle, Page, Result};

use crate::{Kms, pages, store};

const LIST: &str = "ListKeys";
const PAGE: usize = 100;

impl Handle<ListKeys> for Kms {
    async fn handle(&self, ctx: &Ctx, input: ListKeysInput) -> Result<ListKeysOutput> {
        let after = pages::after(LIST, input.marker.as_deref())?;
        let limit = pages::size(input.limit, PAGE);
        let page = ctx.read(|tx| {
            let scan = store::KEYS.scan(tx);
            let scan = match &after {
                Some(id) => scan.after(id),
                None => scan,
            };
            Page::take(LIST, scan, limit, |(id, _)| id.clone())
        })?;
        let entry = |(id, key): (String, crate::model::KeyRow)| KeyListEntry {
            key_arn: Some(key.arn(ctx.scope()).to_string()),
            key_id: Some(id),
        };
        Ok(ListKeysOutput {
            keys: Some(page.items.into_iter().map(entry).collect()),
            truncated: Some(page.next_token.is_some()),
            next_marker: page.next_token,
        })
    }
}
