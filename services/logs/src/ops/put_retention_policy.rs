//! `PutRetentionPolicy`: for how many days a group keeps events.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html>

use logs_api::{PutRetentionPolicy, PutRetentionPolicyInput, PutRetentionPolicyOutput};
use platform::{Ctx, Handle, Result};

use crate::groups::{self, DAYS};
use crate::store::GROUPS;
use crate::{Logs, error, jobs};

impl Handle<PutRetentionPolicy> for Logs {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutRetentionPolicyInput,
    ) -> Result<PutRetentionPolicyOutput> {
        let (name, days) = (input.log_group_name, input.retention_in_days);
        if !DAYS.contains(&days) {
            let all: Vec<String> = DAYS.iter().map(ToString::to_string).collect();
            return Err(error::invalid(format!(
                "1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy \
                 constraint: Member must satisfy enum value set: [{}]",
                all.join(", ")
            )));
        }
        let now = ctx.now();
        ctx.write(|tx| {
            let mut group = groups::get(tx, &name)?;
            group.retention_days = Some(days);
            GROUPS.put(tx, &name, &group)?;
            jobs::expire_later(tx, &name, now)
        })
        .await?;
        Ok(PutRetentionPolicyOutput {})
    }
}
