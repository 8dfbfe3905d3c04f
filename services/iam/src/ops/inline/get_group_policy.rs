//! `GetGroupPolicy`: an inline policy of a group.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetGroupPolicy.html>

use iam_api::{GetGroupPolicy, GetGroupPolicyInput, GetGroupPolicyOutput};
use platform::{Ctx, Handle, Result};

use crate::model::Group;
use crate::{Iam, inline};

impl Handle<GetGroupPolicy> for Iam {
    async fn handle(&self, ctx: &Ctx, input: GetGroupPolicyInput) -> Result<GetGroupPolicyOutput> {
        let (group_name, policy_document) =
            inline::get::<Group>(ctx, &input.group_name, &input.policy_name)?;
        Ok(GetGroupPolicyOutput { group_name, policy_document, policy_name: input.policy_name })
    }
}
