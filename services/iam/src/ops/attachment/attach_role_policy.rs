//! `AttachRolePolicy`: gives a role what a managed policy allows.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html>

use iam_api::{AttachRolePolicy, AttachRolePolicyInput, AttachRolePolicyOutput};
use platform::{Ctx, Handle, Result};

use crate::model::Role;
use crate::{Iam, attachments};

impl Handle<AttachRolePolicy> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: AttachRolePolicyInput,
    ) -> Result<AttachRolePolicyOutput> {
        attachments::attach::<Role>(ctx, &input.role_name, &input.policy_arn).await?;
        Ok(AttachRolePolicyOutput {})
    }
}
