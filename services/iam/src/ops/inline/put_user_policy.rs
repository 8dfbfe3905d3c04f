//! `PutUserPolicy`: puts an inline policy on a user, in place of one of the same name.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html>

use iam_api::{PutUserPolicy, PutUserPolicyInput, PutUserPolicyOutput};
use platform::{Ctx, Handle, Result};

use crate::model::User;
use crate::{Iam, inline};

impl Handle<PutUserPolicy> for Iam {
    async fn handle(&self, ctx: &Ctx, input: PutUserPolicyInput) -> Result<PutUserPolicyOutput> {
        let (name, document) = (&input.user_name, input.policy_document);
        inline::put::<User>(ctx, name, input.policy_name, document).await?;
        Ok(PutUserPolicyOutput {})
    }
}
