//! `ListUserPolicies`: the names of the inline policies of a user.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUserPolicies.html>

use iam_api::{ListUserPolicies, ListUserPoliciesInput, ListUserPoliciesOutput};
use platform::{Ctx, Handle, Result};

use crate::model::User;
use crate::paging::Paging;
use crate::{Iam, inline};

impl Handle<ListUserPolicies> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListUserPoliciesInput,
    ) -> Result<ListUserPoliciesOutput> {
        let list = format!("ListUserPolicies/{}", input.user_name);
        let paging = Paging::new(list, input.marker.as_deref(), input.max_items)?;
        let page = inline::list::<User>(ctx, &input.user_name, paging)?;
        Ok(ListUserPoliciesOutput {
            policy_names: page.items,
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}
