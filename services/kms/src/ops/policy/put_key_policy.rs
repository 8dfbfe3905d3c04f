//! `PutKeyPolicy`: puts another policy in place of the one a key has.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html>

use kms_api::{PutKeyPolicy, PutKeyPolicyInput, PutKeyPolicyOutput};
use platform::{Ctx, Handle, Result};

use super::check_name;
use crate::ops::key::change;
use crate::{Kms, access, find, policy};

impl Handle<PutKeyPolicy> for Kms {
    async fn handle(&self, ctx: &Ctx, input: PutKeyPolicyInput) -> Result<PutKeyPolicyOutput> {
        let found = find::own(ctx, &input.key_id)?;
        access::require_change(ctx, &found, "kms:PutKeyPolicy").await?;
        check_name(input.policy_name.as_deref())?;
        policy::check(&input.policy)?;
        if input.bypass_policy_lockout_safety_check != Some(true) {
            policy::check_lockout(ctx, &found, &input.policy).await?;
        }
        change(ctx, &found, |key| {
            key.not_being_deleted(&found.scope)?;
            key.policy = input.policy;
            Ok(())
        })
        .await?;
        Ok(PutKeyPolicyOutput::default())
    }
}
