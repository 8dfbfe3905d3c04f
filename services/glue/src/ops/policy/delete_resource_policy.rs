//! `DeleteResourcePolicy`: the catalog is its account's alone again.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteResourcePolicy.html>

use glue_api::{DeleteResourcePolicy, DeleteResourcePolicyInput, DeleteResourcePolicyOutput};
use platform::{Ctx, Handle, Result};

use crate::Glue;
use crate::policy::{self, If};

impl Handle<DeleteResourcePolicy> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteResourcePolicyInput,
    ) -> Result<DeleteResourcePolicyOutput> {
        let given = If {
            hash: input.policy_hash_condition.as_deref(),
            resource: input.resource_arn.as_deref(),
            ..If::default()
        };
        ctx.write(|tx| policy::delete(ctx, tx, &given)).await?;
        Ok(DeleteResourcePolicyOutput {})
    }
}
