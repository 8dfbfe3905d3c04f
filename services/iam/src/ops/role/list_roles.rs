//! `ListRoles`: the roles of the account whose path starts with a prefix.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html>

use iam_api::{ListRoles, ListRolesInput, ListRolesOutput};
use platform::{Ctx, Handle, Result};

use crate::model::Role;
use crate::paging::Paging;
use crate::{Iam, identities};

impl Handle<ListRoles> for Iam {
    async fn handle(&self, ctx: &Ctx, input: ListRolesInput) -> Result<ListRolesOutput> {
        let paging = Paging::new("ListRoles", input.marker.as_deref(), input.max_items)?;
        let show = |role: &Role| role.summary(ctx.scope());
        let page = identities::list(ctx, paging, input.path_prefix.as_deref(), show)?;
        Ok(ListRolesOutput {
            roles: page.items,
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}
