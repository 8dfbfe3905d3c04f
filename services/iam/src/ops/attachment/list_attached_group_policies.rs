//! `ListAttachedGroupPolicies`: the managed policies of a group.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedGroupPolicies.html>

use iam_api::{
    ListAttachedGroupPolicies, ListAttachedGroupPoliciesInput, ListAttachedGroupPoliciesOutput,
};
use platform::{Ctx, Handle, Result};

use crate::model::Group;
use crate::paging::Paging;
use crate::{Iam, attachments};

impl Handle<ListAttachedGroupPolicies> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListAttachedGroupPoliciesInput,
    ) -> Result<ListAttachedGroupPoliciesOutput> {
        let list = format!("ListAttachedGroupPolicies/{}", input.group_name);
        let paging = Paging::new(list, input.marker.as_deref(), input.max_items)?;
        let prefix = input.path_prefix.as_deref();
        let page = attachments::list::<Group>(ctx, &input.group_name, prefix, paging)?;
        Ok(ListAttachedGroupPoliciesOutput {
            attached_policies: Some(page.items),
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}
