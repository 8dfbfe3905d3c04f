//! `DetachUserPolicy`: takes from a user what a managed policy allows.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachUserPolicy.html>

use iam_api::{DetachUserPolicy, DetachUserPolicyInput, DetachUserPolicyOutput};
use platform::{Ctx, Handle, Result};

use crate::model::User;
use crate::{Iam, attachments};

impl Handle<DetachUserPolicy> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DetachUserPolicyInput,
    ) -> Result<DetachUserPolicyOutput> {
        attachments::detach::<User>(ctx, &input.user_name, &input.policy_arn).await?;
        Ok(DetachUserPolicyOutput {})
    }
}
