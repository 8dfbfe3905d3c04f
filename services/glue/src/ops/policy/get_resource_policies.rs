//! `GetResourcePolicies`: all policies of the account and region, of which there is one at most.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_GetResourcePolicies.html>

use glue_api::{GetResourcePolicies, GetResourcePoliciesInput, GetResourcePoliciesOutput};
use platform::{Ctx, Handle, Result};

use crate::{Glue, error, policy};

impl Handle<GetResourcePolicies> for Glue {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetResourcePoliciesInput,
    ) -> Result<GetResourcePoliciesOutput> {
        if input.next_token.is_some() {
            return Err(error::bad_token());
        }
        let found = match ctx.read(|tx| policy::get(ctx, tx, None)) {
            Ok(found) => vec![found],
            Err(fail) if fail.is("EntityNotFoundException") => Vec::new(),
            Err(fail) => return Err(fail),
        };
        Ok(GetResourcePoliciesOutput {
            get_resource_policies_response_list: Some(found),
            next_token: None,
        })
    }
}
