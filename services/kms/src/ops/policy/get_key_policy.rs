//! `GetKeyPolicy`: the policy of a key, as it was put.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html>

use kms_api::{GetKeyPolicy, GetKeyPolicyInput, GetKeyPolicyOutput};
use platform::{Ctx, Handle, Result};

use super::{NAME, check_name};
use crate::access::{self, Ask};
use crate::{Kms, find};

impl Handle<GetKeyPolicy> for Kms {
    async fn handle(&self, ctx: &Ctx, input: GetKeyPolicyInput) -> Result<GetKeyPolicyOutput> {
        let found = find::own(ctx, &input.key_id)?;
        access::require(ctx, &found, "kms:GetKeyPolicy", Ask::default()).await?;
        check_name(input.policy_name.as_deref())?;
        let (policy, policy_name) = (Some(found.key.policy), Some(NAME.to_owned()));
        Ok(GetKeyPolicyOutput { policy, policy_name })
    }
}
