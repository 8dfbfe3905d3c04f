//! `PutRolePolicy`: puts an inline policy on a role, in place of one of the same name.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html>

use iam_api::{PutRolePolicy, PutRolePolicyInput, PutRolePolicyOutput};
use platform::{Ctx, Handle, Result};

use crate::model::Role;
use crate::{Iam, inline};

impl Handle<PutRolePolicy> for Iam {
    async fn handle(&self, ctx: &Ctx, input: PutRolePolicyInput) -> Result<PutRolePolicyOutput> {
        let (name, document) = (&input.role_name, input.policy_document);
        inline::put::<Role>(ctx, name, input.policy_name, document).await?;
        Ok(PutRolePolicyOutput {})
    }
}
