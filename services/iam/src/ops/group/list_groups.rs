//! `ListGroups`: the groups of the account whose path starts with a prefix.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroups.html>

use iam_api::{ListGroups, ListGroupsInput, ListGroupsOutput};
use platform::{Ctx, Handle, Result};

use crate::model::Group;
use crate::paging::Paging;
use crate::{Iam, identities};

impl Handle<ListGroups> for Iam {
    async fn handle(&self, ctx: &Ctx, input: ListGroupsInput) -> Result<ListGroupsOutput> {
        let paging = Paging::new("ListGroups", input.marker.as_deref(), input.max_items)?;
        let show = |group: &Group| group.detail(ctx.scope());
        let page = identities::list(ctx, paging, input.path_prefix.as_deref(), show)?;
        Ok(ListGroupsOutput {
            groups: page.items,
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}
