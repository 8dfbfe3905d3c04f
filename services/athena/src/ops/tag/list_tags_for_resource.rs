//! `ListTagsForResource`: the tags of a workgroup.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_ListTagsForResource.html>

use athena_api::{ListTagsForResource, ListTagsForResourceInput, ListTagsForResourceOutput, Tag};
use platform::{Ctx, Handle, Result};

use crate::ops::page;
use crate::{Athena, store};

const PAGE_MAX: usize = 75;

impl Handle<ListTagsForResource> for Athena {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListTagsForResourceInput,
    ) -> Result<ListTagsForResourceOutput> {
        let name = super::workgroup_of(ctx, &input.resource_arn)?;
        let row = ctx.read(|tx| store::workgroup(tx, &name))?;
        let tags =
            row.tags.into_iter().map(|(key, value)| Tag { key: Some(key), value: Some(value) });
        let list = format!("ListTagsForResource/{name}");
        let limit = page::limit(input.max_results, PAGE_MAX);
        let (tags, next_token) =
            page::whole(&list, tags.collect(), input.next_token.as_deref(), limit)?;
        Ok(ListTagsForResourceOutput { tags: Some(tags), next_token })
    }
}
