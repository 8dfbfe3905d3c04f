//! `ScheduleKeyDeletion`: has a key deleted after a waiting period, in which it cannot be used.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html>

use kms_api::{ScheduleKeyDeletion, ScheduleKeyDeletionInput, ScheduleKeyDeletionOutput};
use platform::{Ctx, Handle, Result};

use crate::access::{self, Ask};
use crate::{Kms, error, find, jobs};

const DAYS_DEFAULT: i32 = 30;

impl Handle<ScheduleKeyDeletion> for Kms {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ScheduleKeyDeletionInput,
    ) -> Result<ScheduleKeyDeletionOutput> {
        let days = input.pending_window_in_days.unwrap_or(DAYS_DEFAULT);
        // The model allows more than the service does.
        if !(7..=30).contains(&days) {
            return Err(error::invalid(format!(
                "PendingWindowInDays must be between 7 and 30 days, inclusive; it is {days}."
            )));
        }
        let found = find::own(ctx, &input.key_id)?;
        let ask = Ask::with(vec![("kms:ScheduleKeyDeletionPendingWindowInDays", days.to_string())]);
        access::require_change_with(ctx, &found, "kms:ScheduleKeyDeletion", ask).await?;
        let now = ctx.now();
        let key = ctx
            .write(|tx| {
                let key = find::again(tx, &found)?;
                key.not_being_deleted(&found.scope)?;
                jobs::schedule_deletion(tx, now, key, days)
            })
            .await?;
        Ok(ScheduleKeyDeletionOutput {
            key_id: Some(found.arn().to_string()),
            deletion_date: key.deletion.and_then(|deletion| deletion.at),
            key_state: Some(key.state()),
            pending_window_in_days: Some(days),
        })
    }
}
