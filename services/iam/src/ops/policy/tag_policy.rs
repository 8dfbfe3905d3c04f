//! `TagPolicy`: sets tags of a managed policy.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagPolicy.html>

use iam_api::{TagPolicy, TagPolicyInput, TagPolicyOutput};
use platform::{Ctx, Fail, Handle, Result};

use crate::{Iam, policies, store, tagging};

impl Handle<TagPolicy> for Iam {
    async fn handle(&self, ctx: &Ctx, input: TagPolicyInput) -> Result<TagPolicyOutput> {
        ctx.write(|tx| {
            let mut policy = policies::own(tx, &input.policy_arn)?;
            tagging::set(&mut policy.tags, input.tags)?;
            store::POLICIES.put(tx, &store::key(&policy.name), &policy)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(TagPolicyOutput {})
    }
}
