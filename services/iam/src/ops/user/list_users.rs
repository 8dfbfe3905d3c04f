//! `ListUsers`: the users of the account whose path starts with a prefix.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html>

use iam_api::{ListUsers, ListUsersInput, ListUsersOutput};
use platform::{Ctx, Handle, Result};

use crate::model::User;
use crate::paging::Paging;
use crate::{Iam, identities};

impl Handle<ListUsers> for Iam {
    async fn handle(&self, ctx: &Ctx, input: ListUsersInput) -> Result<ListUsersOutput> {
        let paging = Paging::new("ListUsers", input.marker.as_deref(), input.max_items)?;
        let show = |user: &User| user.summary(ctx.scope());
        let page = identities::list(ctx, paging, input.path_prefix.as_deref(), show)?;
        Ok(ListUsersOutput {
            users: page.items,
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}
