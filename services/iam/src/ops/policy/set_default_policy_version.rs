//! `SetDefaultPolicyVersion`: puts another version of a managed policy in force.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_SetDefaultPolicyVersion.html>

use iam_api::{
    SetDefaultPolicyVersion, SetDefaultPolicyVersionInput, SetDefaultPolicyVersionOutput,
};
use platform::{Ctx, Fail, Handle, Result};

use crate::model::Policy;
use crate::policies::Managed;
use crate::{Iam, error, policies, store};

impl Handle<SetDefaultPolicyVersion> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: SetDefaultPolicyVersionInput,
    ) -> Result<SetDefaultPolicyVersionOutput> {
        let (arn, id) = (&input.policy_arn, &input.version_id);
        let now = ctx.now().floor_secs();
        ctx.write(|tx| {
            let policy = policies::own(tx, arn)?;
            let found = Managed::Own(Box::new(policy.clone())).version(tx, id)?;
            let (number, _) = found.ok_or_else(|| error::no_such_version(arn, id))?;
            let key = store::key(&policy.name);
            let policy = Policy { default_version: number, updated: now, ..policy };
            store::POLICIES.put(tx, &key, &policy)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(SetDefaultPolicyVersionOutput {})
    }
}
