//! `ListKeyPolicies`: the names of the policies of a key: one.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeyPolicies.html>

use kms_api::{ListKeyPolicies, ListKeyPoliciesInput, ListKeyPoliciesOutput};
use platform::{Ctx, Handle, Result};

use super::NAME;
use crate::access::{self, Ask};
use crate::{Kms, error, find};

impl Handle<ListKeyPolicies> for Kms {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListKeyPoliciesInput,
    ) -> Result<ListKeyPoliciesOutput> {
        let found = find::own(ctx, &input.key_id)?;
        access::require(ctx, &found, "kms:ListKeyPolicies", Ask::default()).await?;
        // One name is never more than a page.
        if input.marker.is_some() {
            return Err(error::bad_marker());
        }
        let policy_names = Some(vec![NAME.to_owned()]);
        Ok(ListKeyPoliciesOutput { policy_names, truncated: Some(false), next_marker: None })
    }
}
