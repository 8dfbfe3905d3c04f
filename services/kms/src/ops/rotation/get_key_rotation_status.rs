//! `GetKeyRotationStatus`: whether a key is rotated, and when next.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html>

use kms_api::{GetKeyRotationStatus, GetKeyRotationStatusInput, GetKeyRotationStatusOutput};
use platform::{Ctx, Handle, Result};

use super::check_rotates;
use crate::access::{self, Ask};
use crate::{Kms, find};

impl Handle<GetKeyRotationStatus> for Kms {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: GetKeyRotationStatusInput,
    ) -> Result<GetKeyRotationStatusOutput> {
        let found = find::by_id(ctx, &input.key_id)?;
        access::require(ctx, &found, "kms:GetKeyRotationStatus", Ask::default()).await?;
        check_rotates(&found)?;
        found.key.not_being_deleted(&found.scope)?;
        let rotation = found.key.rotation;
        Ok(GetKeyRotationStatusOutput {
            key_id: Some(found.arn().to_string()),
            key_rotation_enabled: Some(rotation.is_some()),
            rotation_period_in_days: rotation.map(|rotation| rotation.days),
            next_rotation_date: rotation.map(|rotation| rotation.next),
            // A rotation on demand is done when the call for it is answered.
            on_demand_rotation_start_date: None,
        })
    }
}
