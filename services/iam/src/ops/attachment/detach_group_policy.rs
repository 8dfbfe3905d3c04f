//! `DetachGroupPolicy`: takes from a group what a managed policy allows.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachGroupPolicy.html>

use iam_api::{DetachGroupPolicy, DetachGroupPolicyInput, DetachGroupPolicyOutput};
use platform::{Ctx, Handle, Result};

use crate::model::Group;
use crate::{Iam, attachments};

impl Handle<DetachGroupPolicy> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DetachGroupPolicyInput,
    ) -> Result<DetachGroupPolicyOutput> {
        attachments::detach::<Group>(ctx, &input.group_name, &input.policy_arn).await?;
        Ok(DetachGroupPolicyOutput {})
    }
}
