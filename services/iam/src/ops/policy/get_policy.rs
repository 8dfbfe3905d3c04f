//! `GetPolicy`: a managed policy, of the account or of AWS.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicy.html>

use iam_api::{GetPolicy, GetPolicyInput, GetPolicyOutput};
use platform::{Ctx, Fail, Handle, Result};

use crate::{Iam, policies};

impl Handle<GetPolicy> for Iam {
    async fn handle(&self, ctx: &Ctx, input: GetPolicyInput) -> Result<GetPolicyOutput> {
        let policy =
            ctx.read(|tx| Ok::<_, Fail>(policies::any(tx, &input.policy_arn)?.detail(tx)?))?;
        Ok(GetPolicyOutput { policy: Some(policy) })
    }
}
