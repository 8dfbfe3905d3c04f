//! `ListGroupsForUser`: the groups a user is in.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroupsForUser.html>

use iam_api::{ListGroupsForUser, ListGroupsForUserInput, ListGroupsForUserOutput};
use platform::{Ctx, Handle, Result};

use crate::model::{Group, User};
use crate::paging::Paging;
use crate::{Iam, identities};

impl Handle<ListGroupsForUser> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListGroupsForUserInput,
    ) -> Result<ListGroupsForUserOutput> {
        let list = format!("ListGroupsForUser/{}", input.user_name);
        let paging = Paging::new(list, input.marker.as_deref(), input.max_items)?;
        ctx.read(|tx| {
            let user: User = identities::get(tx, &input.user_name)?;
            let page = paging.take(user.groups.iter().cloned().map(Ok), Clone::clone)?;
            let mut groups = Vec::new();
            for key in &page.items {
                let group: Group = identities::get(tx, key)?;
                groups.push(group.detail(tx.scope()));
            }
            Ok(ListGroupsForUserOutput {
                groups,
                is_truncated: page.is_truncated,
                marker: page.marker,
            })
        })
    }
}
