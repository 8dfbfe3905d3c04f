//! `GetRolePolicy`: an inline policy of a role.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html>

use iam_api::{GetRolePolicy, GetRolePolicyInput, GetRolePolicyOutput};
use platform::{Ctx, Handle, Result};

use crate::model::Role;
use crate::{Iam, inline};

impl Handle<GetRolePolicy> for Iam {
    async fn handle(&self, ctx: &Ctx, input: GetRolePolicyInput) -> Result<GetRolePolicyOutput> {
        let (role_name, policy_document) =
            inline::get::<Role>(ctx, &input.role_name, &input.policy_name)?;
        Ok(GetRolePolicyOutput { role_name, policy_document, policy_name: input.policy_name })
    }
}
