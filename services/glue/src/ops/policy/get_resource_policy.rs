//! `GetResourcePolicy`: who may use the catalog.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_GetResourcePolicy.html>

use glue_api::{GetResourcePolicy, GetResourcePolicyInput, GetResourcePolicyOutput};
use platform::{Ctx, Handle, Result};

use crate::{Glue, policy};

impl Handle<GetResourcePolicy> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetResourcePolicyInput,
    ) -> Result<GetResourcePolicyOutput> {
        let found = ctx.read(|tx| policy::get(ctx, tx, input.resource_arn.as_deref()))?;
        Ok(GetResourcePolicyOutput {
            policy_in_json: found.policy_in_json,
            policy_hash: found.policy_hash,
            create_time: found.create_time,
            update_time: found.update_time,
        })
    }
}
