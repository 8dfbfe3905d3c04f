//! `PutResourcePolicy`: says who may use the catalog.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_PutResourcePolicy.html>

use glue_api::{PutResourcePolicy, PutResourcePolicyInput, PutResourcePolicyOutput};
use platform::{Ctx, Handle, Result};

use crate::Glue;
use crate::policy::{self, If};

impl Handle<PutResourcePolicy> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutResourcePolicyInput,
    ) -> Result<PutResourcePolicyOutput> {
        // What Lake Formation shares is not there to be mixed with it.
        let given = If {
            hash: input.policy_hash_condition.as_deref(),
            exists: input.policy_exists_condition,
            resource: input.resource_arn.as_deref(),
        };
        let hash = policy::put(ctx, input.policy_in_json, given).await?;
        Ok(PutResourcePolicyOutput { policy_hash: Some(hash) })
    }
}
