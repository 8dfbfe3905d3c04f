//! `DetachRolePolicy`: takes from a role what a managed policy allows.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachRolePolicy.html>

use iam_api::{DetachRolePolicy, DetachRolePolicyInput, DetachRolePolicyOutput};
use platform::{Ctx, Handle, Result};

use crate::model::Role;
use crate::{Iam, attachments};

impl Handle<DetachRolePolicy> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DetachRolePolicyInput,
    ) -> Result<DetachRolePolicyOutput> {
        attachments::detach::<Role>(ctx, &input.role_name, &input.policy_arn).await?;
        Ok(DetachRolePolicyOutput {})
    }
}
