//! `UntagPolicy`: removes tags of a managed policy.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagPolicy.html>

use iam_api::{UntagPolicy, UntagPolicyInput, UntagPolicyOutput};
use platform::{Ctx, Fail, Handle, Result};

use crate::{Iam, policies, store, tagging};

impl Handle<UntagPolicy> for Iam {
    async fn handle(&self, ctx: &Ctx, input: UntagPolicyInput) -> Result<UntagPolicyOutput> {
        ctx.write(|tx| {
            let mut policy = policies::own(tx, &input.policy_arn)?;
            tagging::remove(&mut policy.tags, &input.tag_keys);
            store::POLICIES.put(tx, &store::key(&policy.name), &policy)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(UntagPolicyOutput {})
    }
}
