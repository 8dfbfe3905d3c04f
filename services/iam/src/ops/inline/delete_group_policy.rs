//! `DeleteGroupPolicy`: removes an inline policy from a group.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteGroupPolicy.html>

use iam_api::{DeleteGroupPolicy, DeleteGroupPolicyInput, DeleteGroupPolicyOutput};
use platform::{Ctx, Handle, Result};

use crate::model::Group;
use crate::{Iam, inline};

impl Handle<DeleteGroupPolicy> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteGroupPolicyInput,
    ) -> Result<DeleteGroupPolicyOutput> {
        inline::delete::<Group>(ctx, &input.group_name, &input.policy_name).await?;
        Ok(DeleteGroupPolicyOutput {})
    }
}
