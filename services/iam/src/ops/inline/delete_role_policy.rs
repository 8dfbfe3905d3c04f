//! `DeleteRolePolicy`: removes an inline policy from a role.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePolicy.html>

use iam_api::{DeleteRolePolicy, DeleteRolePolicyInput, DeleteRolePolicyOutput};
use platform::{Ctx, Handle, Result};

use crate::model::Role;
use crate::{Iam, inline};

impl Handle<DeleteRolePolicy> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteRolePolicyInput,
    ) -> Result<DeleteRolePolicyOutput> {
        inline::delete::<Role>(ctx, &input.role_name, &input.policy_name).await?;
        Ok(DeleteRolePolicyOutput {})
    }
}
