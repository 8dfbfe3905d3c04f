//! `ListAccessKeys`: the keys of a user, or of the caller, without their secrets.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html>

use iam_api::{
    AccessKeyMetadata, ListAccessKeys, ListAccessKeysInput, ListAccessKeysOutput, StatusType,
};
use platform::{Ctx, Handle, Result};

use crate::identities::user_or_caller;
use crate::paging::Paging;
use crate::{Iam, store};

impl Handle<ListAccessKeys> for Iam {
    async fn handle(&self, ctx: &Ctx, input: ListAccessKeysInput) -> Result<ListAccessKeysOutput> {
        let list = format!("ListAccessKeys/{}", input.user_name.as_deref().unwrap_or_default());
        let paging = Paging::new(list, input.marker.as_deref(), input.max_items)?;
        let subject = user_or_caller(ctx, input.user_name.as_deref())?;
        ctx.read(|tx| {
            let name = subject.find(tx)?.map(|user| user.identity.name);
            let key = name.as_deref().map(store::key);
            let mut keys = Vec::new();
            for id in store::keys_of(tx, key.as_deref())? {
                let Some(key) = store::KEYS.get(tx, &id)? else { continue };
                keys.push(Ok(AccessKeyMetadata {
                    access_key_id: Some(id),
                    create_date: Some(key.created),
                    status: Some(if key.active {
                        StatusType::Active
                    } else {
                        StatusType::Inactive
                    }),
                    user_name: Some(name.clone().unwrap_or_default()),
                }));
            }
            let id = |key: &AccessKeyMetadata| key.access_key_id.clone().unwrap_or_default();
            let page = paging.take(keys.into_iter(), id)?;
            Ok(ListAccessKeysOutput {
                access_key_metadata: page.items,
                is_truncated: page.is_truncated,
                marker: page.marker,
            })
        })
    }
}
