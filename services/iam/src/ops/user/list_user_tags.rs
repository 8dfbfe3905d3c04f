//! `ListUserTags`: the tags of a user.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUserTags.html>

use iam_api::{ListUserTags, ListUserTagsInput, ListUserTagsOutput};
use platform::{Ctx, Handle, Result};

use crate::model::User;
use crate::paging::Paging;
use crate::{Iam, identities, tagging};

impl Handle<ListUserTags> for Iam {
    async fn handle(&self, ctx: &Ctx, input: ListUserTagsInput) -> Result<ListUserTagsOutput> {
        let list = format!("ListUserTags/{}", input.user_name);
        let paging = Paging::new(list, input.marker.as_deref(), input.max_items)?;
        let row: User = ctx.read(|tx| identities::get(tx, &input.user_name))?;
        let page = tagging::page(&row.identity.tags, paging)?;
        Ok(ListUserTagsOutput {
            tags: page.items,
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}
