//! `ListAttachedRolePolicies`: the managed policies of a role.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedRolePolicies.html>

use iam_api::{
    ListAttachedRolePolicies, ListAttachedRolePoliciesInput, ListAttachedRolePoliciesOutput,
};
use platform::{Ctx, Handle, Result};

use crate::model::Role;
use crate::paging::Paging;
use crate::{Iam, attachments};

impl Handle<ListAttachedRolePolicies> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListAttachedRolePoliciesInput,
    ) -> Result<ListAttachedRolePoliciesOutput> {
        let list = format!("ListAttachedRolePolicies/{}", input.role_name);
        let paging = Paging::new(list, input.marker.as_deref(), input.max_items)?;
        let prefix = input.path_prefix.as_deref();
        let page = attachments::list::<Role>(ctx, &input.role_name, prefix, paging)?;
        Ok(ListAttachedRolePoliciesOutput {
            attached_policies: Some(page.items),
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}
