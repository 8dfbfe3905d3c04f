//! `GetUserPolicy`: an inline policy of a user.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUserPolicy.html>

use iam_api::{GetUserPolicy, GetUserPolicyInput, GetUserPolicyOutput};
use platform::{Ctx, Handle, Result};

use crate::model::User;
use crate::{Iam, inline};

impl Handle<GetUserPolicy> for Iam {
    async fn handle(&self, ctx: &Ctx, input: GetUserPolicyInput) -> Result<GetUserPolicyOutput> {
        let (user_name, policy_document) =
            inline::get::<User>(ctx, &input.user_name, &input.policy_name)?;
        Ok(GetUserPolicyOutput { user_name, policy_document, policy_name: input.policy_name })
    }
}
