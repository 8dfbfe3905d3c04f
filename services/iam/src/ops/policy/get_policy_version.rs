//! `GetPolicyVersion`: a version of a managed policy, with its document.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicyVersion.html>

use iam_api::{GetPolicyVersion, GetPolicyVersionInput, GetPolicyVersionOutput};
use platform::{Ctx, Fail, Handle, Result};

use crate::policies::api_version;
use crate::{Iam, error, policies};

impl Handle<GetPolicyVersion> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetPolicyVersionInput,
    ) -> Result<GetPolicyVersionOutput> {
        let (arn, id) = (&input.policy_arn, &input.version_id);
        let version = ctx.read(|tx| {
            let policy = policies::any(tx, arn)?;
            let (number, version) =
                policy.version(tx, id)?.ok_or_else(|| error::no_such_version(arn, id))?;
            Ok::<_, Fail>(api_version(number, &version, policy.default_version(), true))
        })?;
        Ok(GetPolicyVersionOutput { policy_version: Some(version) })
    }
}
