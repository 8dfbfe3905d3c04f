//! `PutGroupPolicy`: puts an inline policy on a group, in place of one of the same name.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutGroupPolicy.html>

use iam_api::{PutGroupPolicy, PutGroupPolicyInput, PutGroupPolicyOutput};
use platform::{Ctx, Handle, Result};

use crate::model::Group;
use crate::{Iam, inline};

impl Handle<PutGroupPolicy> for Iam {
    async fn handle(&self, ctx: &Ctx, input: PutGroupPolicyInput) -> Result<PutGroupPolicyOutput> {
        let (name, document) = (&input.group_name, input.policy_document);
        inline::put::<Group>(ctx, name, input.policy_name, document).await?;
        Ok(PutGroupPolicyOutput {})
    }
}
