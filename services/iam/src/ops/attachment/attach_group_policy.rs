//! `AttachGroupPolicy`: gives a group what a managed policy allows.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachGroupPolicy.html>

use iam_api::{AttachGroupPolicy, AttachGroupPolicyInput, AttachGroupPolicyOutput};
use platform::{Ctx, Handle, Result};

use crate::model::Group;
use crate::{Iam, attachments};

impl Handle<AttachGroupPolicy> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: AttachGroupPolicyInput,
    ) -> Result<AttachGroupPolicyOutput> {
        attachments::attach::<Group>(ctx, &input.group_name, &input.policy_arn).await?;
        Ok(AttachGroupPolicyOutput {})
    }
}
