//! `GetGroup`: a group and the users in it.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetGroup.html>

use iam_api::{GetGroup, GetGroupInput, GetGroupOutput};
use platform::{Ctx, Handle, Result};

use crate::model::{Group, User};
use crate::paging::Paging;
use crate::{Iam, identities, store};

impl Handle<GetGroup> for Iam {
    async fn handle(&self, ctx: &Ctx, input: GetGroupInput) -> Result<GetGroupOutput> {
        let list = format!("GetGroup/{}", input.group_name);
        let paging = Paging::new(list, input.marker.as_deref(), input.max_items)?;
        ctx.read(|tx| {
            let group: Group = identities::get(tx, &input.group_name)?;
            let key = store::key(&group.identity.name);
            let after = paging.after().to_owned();
            let page = paging.take(store::members(tx, &key, &after), Clone::clone)?;
            let mut users = Vec::new();
            for member in &page.items {
                let user: User = identities::get(tx, member)?;
                users.push(user.summary(tx.scope()));
            }
            Ok(GetGroupOutput {
                group: group.detail(tx.scope()),
                users,
                is_truncated: page.is_truncated,
                marker: page.marker,
            })
        })
    }
}
