//! `ScheduleKeyDeletion`: has a key deleted after a waiting period, in which it cannot be used.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html>

use std::time::Duration;

use kms_api::{ScheduleKeyDeletion, ScheduleKeyDeletionInput, ScheduleKeyDeletionOutput};
use platform::{Ctx, Handle, Result};

use crate::access::{self, Ask};
use crate::model::Deletion;
use crate::{Kms, error, find, jobs, store};

const DAYS_DEFAULT: i32 = 30;
const DAY: Duration = Duration::from_secs(86_400);

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
        let more = vec![("kms:ScheduleKeyDeletionPendingWindowInDays", days.to_string())];
        let ask = Ask { more, ..Ask::default() };
        access::require_change_with(ctx, &found, "kms:ScheduleKeyDeletion", ask).await?;
        let at = (ctx.now() + DAY * days.unsigned_abs()).floor_millis();
        let key = ctx
            .write(|tx| {
                let mut key = find::read(tx, found.scope.clone(), found.key.id.clone(), None)?.key;
                key.not_being_deleted(&found.scope)?;
                key.deletion = Some(Deletion { days, at });
                store::KEYS.put(tx, &key.id, &key)?;
                jobs::schedule_deletion(tx, &key.id, at)?;
                Ok::<_, platform::Fail>(key)
            })
            .await?;
        Ok(ScheduleKeyDeletionOutput {
            key_id: Some(found.arn().to_string()),
            deletion_date: Some(at),
            key_state: Some(key.state()),
            pending_window_in_days: Some(days),
        })
    }
}
