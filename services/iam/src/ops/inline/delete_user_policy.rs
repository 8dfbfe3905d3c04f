//! `DeleteUserPolicy`: removes an inline policy from a user.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUserPolicy.html>

use iam_api::{DeleteUserPolicy, DeleteUserPolicyInput, DeleteUserPolicyOutput};
use platform::{Ctx, Handle, Result};

use crate::model::User;
use crate::{Iam, inline};

impl Handle<DeleteUserPolicy> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteUserPolicyInput,
    ) -> Result<DeleteUserPolicyOutput> {
        inline::delete::<User>(ctx, &input.user_name, &input.policy_name).await?;
        Ok(DeleteUserPolicyOutput {})
    }
}
