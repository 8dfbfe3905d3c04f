//! `ListResourceTags`: the labels of a key.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_ListResourceTags.html>

use kms_api::{ListResourceTags, ListResourceTagsInput, ListResourceTagsOutput, Tag};
use platform::{Ctx, Fail, Handle, Page, Result};

use crate::access::{self, Ask};
use crate::{Kms, find, pages};

const PAGE: usize = 50;

impl Handle<ListResourceTags> for Kms {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListResourceTagsInput,
    ) -> Result<ListResourceTagsOutput> {
        let found = find::own(ctx, &input.key_id)?;
        access::require(ctx, &found, "kms:ListResourceTags", Ask::default()).await?;
        let list = format!("ListResourceTags/{}", found.key.id);
        let after = pages::after(&list, input.marker.as_deref())?;
        let tags = found.key.tags.iter().filter(|(key, _)| Some(*key) > after.as_deref());
        let tags = tags.map(|(key, value)| {
            Ok::<_, Fail>(Tag { tag_key: key.to_owned(), tag_value: value.to_owned() })
        });
        let limit = pages::size(input.limit, PAGE);
        let page = Page::take(&list, tags, limit, |tag| tag.tag_key.clone())?;
        Ok(ListResourceTagsOutput {
            tags: Some(page.items),
            truncated: Some(page.next_token.is_some()),
            next_marker: page.next_token,
        })
    }
}
