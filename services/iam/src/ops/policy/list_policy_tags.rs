//! `ListPolicyTags`: the tags of a managed policy. Those of AWS have none.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicyTags.html>

use iam_api::{ListPolicyTags, ListPolicyTagsInput, ListPolicyTagsOutput};
use platform::{Ctx, Handle, Result, Tags};

use crate::paging::Paging;
use crate::policies::Managed;
use crate::{Iam, policies, tagging};

impl Handle<ListPolicyTags> for Iam {
    async fn handle(&self, ctx: &Ctx, input: ListPolicyTagsInput) -> Result<ListPolicyTagsOutput> {
        let list = format!("ListPolicyTags/{}", policies::list_name(&input.policy_arn));
        let paging = Paging::new(list, input.marker.as_deref(), input.max_items)?;
        let tags = match ctx.read(|tx| policies::any(tx, &input.policy_arn))? {
            Managed::Own(policy) => policy.tags,
            Managed::Aws(_) => Tags::new(),
        };
        let page = tagging::page(&tags, paging)?;
        Ok(ListPolicyTagsOutput {
            tags: page.items,
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}
