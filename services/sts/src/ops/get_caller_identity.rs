//! `GetCallerIdentity`: who the caller is. No policy can forbid it.
//!
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>

use platform::{Ctx, Handle, Result};
use sts_api::{GetCallerIdentity, GetCallerIdentityInput, GetCallerIdentityOutput};

use crate::Sts;

impl Handle<GetCallerIdentity> for Sts {
    async fn handle(
        &self,
        ctx: &Ctx,
        _: GetCallerIdentityInput,
    ) -> Result<GetCallerIdentityOutput> {
        let caller = ctx.caller();
        Ok(GetCallerIdentityOutput {
            account: caller.account.as_ref().map(ToString::to_string),
            arn: caller.arn.as_ref().map(ToString::to_string),
            user_id: Some(caller.id.clone()),
        })
    }
}
