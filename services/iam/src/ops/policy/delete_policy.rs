//! `DeletePolicy`: forgets a managed policy that nobody holds and that has one version.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html>

use iam_api::{DeletePolicy, DeletePolicyInput, DeletePolicyOutput};
use platform::{Ctx, Handle, Result};

use crate::{Iam, error, policies, store};

impl Handle<DeletePolicy> for Iam {
    async fn handle(&self, ctx: &Ctx, input: DeletePolicyInput) -> Result<DeletePolicyOutput> {
        ctx.write(|tx| {
            let policy = policies::own(tx, &input.policy_arn)?;
            if !store::attachments(tx, &input.policy_arn)?.is_empty() {
                return Err(error::conflict("Cannot delete a policy attached to entities."));
            }
            let key = store::key(&policy.name);
            if store::versions(tx, &key)?.len() > 1 {
                return Err(error::conflict(
                    "This policy has more than one version. Before you delete a policy, you must \
                     delete the policy's versions. The default version is deleted with the policy.",
                ));
            }
            store::VERSIONS.delete_prefix(tx, &(&*key,))?;
            store::POLICIES.delete(tx, &key)?;
            Ok(())
        })
        .await?;
        Ok(DeletePolicyOutput {})
    }
}
