//! `ListRolePolicies`: the names of the inline policies of a role.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRolePolicies.html>

use iam_api::{ListRolePolicies, ListRolePoliciesInput, ListRolePoliciesOutput};
use platform::{Ctx, Handle, Result};

use crate::model::Role;
use crate::paging::Paging;
use crate::{Iam, inline};

impl Handle<ListRolePolicies> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListRolePoliciesInput,
    ) -> Result<ListRolePoliciesOutput> {
        let list = format!("ListRolePolicies/{}", input.role_name);
        let paging = Paging::new(list, input.marker.as_deref(), input.max_items)?;
        let page = inline::list::<Role>(ctx, &input.role_name, paging)?;
        Ok(ListRolePoliciesOutput {
            policy_names: page.items,
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}
