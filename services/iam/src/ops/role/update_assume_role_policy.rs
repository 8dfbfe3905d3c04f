//! `UpdateAssumeRolePolicy`: another policy on who may assume a role.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html>

use iam_api::{UpdateAssumeRolePolicy, UpdateAssumeRolePolicyInput, UpdateAssumeRolePolicyOutput};
use platform::{Ctx, Handle, Result};

use crate::model::Role;
use crate::ops::role::trust;
use crate::{Iam, identities};

impl Handle<UpdateAssumeRolePolicy> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: UpdateAssumeRolePolicyInput,
    ) -> Result<UpdateAssumeRolePolicyOutput> {
        let trust = trust::checked(input.policy_document)?;
        identities::change::<Role>(ctx, &input.role_name, |_, role| {
            role.trust = trust;
            Ok(())
        })
        .await?;
        Ok(UpdateAssumeRolePolicyOutput {})
    }
}
