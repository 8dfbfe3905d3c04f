//! `ListAttachedUserPolicies`: the managed policies of a user.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedUserPolicies.html>

use iam_api::{
    ListAttachedUserPolicies, ListAttachedUserPoliciesInput, ListAttachedUserPoliciesOutput,
};
use platform::{Ctx, Handle, Result};

use crate::model::User;
use crate::paging::Paging;
use crate::{Iam, attachments};

impl Handle<ListAttachedUserPolicies> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListAttachedUserPoliciesInput,
    ) -> Result<ListAttachedUserPoliciesOutput> {
        let list = format!("ListAttachedUserPolicies/{}", input.user_name);
        let paging = Paging::new(list, input.marker.as_deref(), input.max_items)?;
        let prefix = input.path_prefix.as_deref();
        let page = attachments::list::<User>(ctx, &input.user_name, prefix, paging)?;
        Ok(ListAttachedUserPoliciesOutput {
            attached_policies: Some(page.items),
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}
