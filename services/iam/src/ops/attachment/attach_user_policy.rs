//! `AttachUserPolicy`: gives a user what a managed policy allows.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachUserPolicy.html>

use iam_api::{AttachUserPolicy, AttachUserPolicyInput, AttachUserPolicyOutput};
use platform::{Ctx, Handle, Result};

use crate::model::User;
use crate::{Iam, attachments};

impl Handle<AttachUserPolicy> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: AttachUserPolicyInput,
    ) -> Result<AttachUserPolicyOutput> {
        attachments::attach::<User>(ctx, &input.user_name, &input.policy_arn).await?;
        Ok(AttachUserPolicyOutput {})
    }
}
