//! `DeletePolicyVersion`: forgets a version of a managed policy that is not in force.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicyVersion.html>

use iam_api::{DeletePolicyVersion, DeletePolicyVersionInput, DeletePolicyVersionOutput};
use platform::{Ctx, Handle, Result};

use crate::policies::Managed;
use crate::{Iam, error, policies, store};

impl Handle<DeletePolicyVersion> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeletePolicyVersionInput,
    ) -> Result<DeletePolicyVersionOutput> {
        let (arn, id) = (&input.policy_arn, &input.version_id);
        ctx.write(|tx| {
            let policy = policies::own(tx, arn)?;
            let key = store::key(&policy.name);
            let default = policy.default_version;
            let found = Managed::Own(Box::new(policy)).version(tx, id)?;
            let (number, _) = found.ok_or_else(|| error::no_such_version(arn, id))?;
            if number == default {
                return Err(error::conflict("Cannot delete the default version of a policy."));
            }
            store::VERSIONS.delete(tx, &(&*key, number))?;
            Ok(())
        })
        .await?;
        Ok(DeletePolicyVersionOutput {})
    }
}
