//! `ListGroupPolicies`: the names of the inline policies of a group.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroupPolicies.html>

use iam_api::{ListGroupPolicies, ListGroupPoliciesInput, ListGroupPoliciesOutput};
use platform::{Ctx, Handle, Result};

use crate::model::Group;
use crate::paging::Paging;
use crate::{Iam, inline};

impl Handle<ListGroupPolicies> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListGroupPoliciesInput,
    ) -> Result<ListGroupPoliciesOutput> {
        let list = format!("ListGroupPolicies/{}", input.group_name);
        let paging = Paging::new(list, input.marker.as_deref(), input.max_items)?;
        let page = inline::list::<Group>(ctx, &input.group_name, paging)?;
        Ok(ListGroupPoliciesOutput {
            policy_names: page.items,
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}
