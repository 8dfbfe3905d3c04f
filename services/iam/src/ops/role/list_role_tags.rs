//! `ListRoleTags`: the tags of a role.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoleTags.html>

use iam_api::{ListRoleTags, ListRoleTagsInput, ListRoleTagsOutput};
use platform::{Ctx, Handle, Result};

use crate::model::Role;
use crate::paging::Paging;
use crate::{Iam, identities, tagging};

impl Handle<ListRoleTags> for Iam {
    async fn handle(&self, ctx: &Ctx, input: ListRoleTagsInput) -> Result<ListRoleTagsOutput> {
        let list = format!("ListRoleTags/{}", input.role_name);
        let paging = Paging::new(list, input.marker.as_deref(), input.max_items)?;
        let row: Role = ctx.read(|tx| identities::get(tx, &input.role_name))?;
        let page = tagging::page(&row.identity.tags, paging)?;
        Ok(ListRoleTagsOutput {
            tags: page.items,
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}
