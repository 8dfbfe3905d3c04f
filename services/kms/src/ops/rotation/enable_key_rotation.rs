//! `EnableKeyRotation`: has a key rotated every so many days.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html>

use kms_api::{EnableKeyRotation, EnableKeyRotationInput, EnableKeyRotationOutput};
use platform::{Ctx, Handle, Result};

use super::{check_primary, check_rotates};
use crate::access::{self, Ask};
use crate::model::Rotation;
use crate::{Kms, find, jobs, related};

const DAYS_DEFAULT: i32 = 365;

impl Handle<EnableKeyRotation> for Kms {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: EnableKeyRotationInput,
    ) -> Result<EnableKeyRotationOutput> {
        let found = find::own(ctx, &input.key_id)?;
        let days = input.rotation_period_in_days.unwrap_or(DAYS_DEFAULT);
        let ask = Ask::with(vec![("kms:RotationPeriodInDays", days.to_string())]);
        access::require_change_with(ctx, &found, "kms:EnableKeyRotation", ask).await?;
        check_rotates(&found)?;
        check_primary(&found)?;
        ctx.write(|tx| {
            let key = find::again(tx, &found)?;
            key.works(&found.scope)?;
            // Saying the same again does not put the next rotation off.
            if key.rotation.is_some_and(|rotation| rotation.days == days) {
                return Ok(());
            }
            let next = (ctx.now() + jobs::DAY * days.unsigned_abs()).floor_millis();
            let key = related::change(tx, &key, |_, key| {
                key.rotation = Some(Rotation { days, next });
                Ok(())
            })?;
            jobs::schedule_rotation(tx, &key)
        })
        .await?;
        Ok(EnableKeyRotationOutput::default())
    }
}
