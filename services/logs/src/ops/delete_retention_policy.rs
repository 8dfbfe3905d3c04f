//! `DeleteRetentionPolicy`: a group keeps events for ever.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteRetentionPolicy.html>

use logs_api::{DeleteRetentionPolicy, DeleteRetentionPolicyInput, DeleteRetentionPolicyOutput};
use platform::{Ctx, Fail, Handle, Result};

use crate::store::GROUPS;
use crate::{Logs, groups};

impl Handle<DeleteRetentionPolicy> for Logs {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: DeleteRetentionPolicyInput,
    ) -> Result<DeleteRetentionPolicyOutput> {
        let name = input.log_group_name;
        ctx.write(|tx| {
            let mut group = groups::get(tx, &name)?;
            group.retention_days = None;
            GROUPS.put(tx, &name, &group)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(DeleteRetentionPolicyOutput {})
    }
}
