//! `GetPolicy`: who may call a function.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html>

use lambda_api::{GetPolicy, GetPolicyInput, GetPolicyOutput};
use platform::{Ctx, Handle, Result};

use crate::{Lambda, error, names, versions};

impl Handle<GetPolicy> for Lambda {
    async fn handle(&self, ctx: &Ctx, input: GetPolicyInput) -> Result<GetPolicyOutput> {
        let qualifier = input.qualifier.as_deref();
        let named = names::open(ctx, "lambda:GetPolicy", &input.function_name, qualifier).await?;
        let (function, _) = named.ctx.read(|tx| versions::find(tx, &named))?;
        let policy = function.policies.get(named.qualifier.as_deref().unwrap_or_default());
        let policy = policy.ok_or_else(error::no_policy)?.clone();
        Ok(GetPolicyOutput { policy: Some(policy.document), revision_id: Some(policy.revision) })
    }
}
