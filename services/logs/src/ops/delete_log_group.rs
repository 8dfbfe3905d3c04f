//! `DeleteLogGroup`: a group goes with all that is in it.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogGroup.html>

use logs_api::{DeleteLogGroup, DeleteLogGroupInput, DeleteLogGroupOutput};
use platform::{Ctx, Handle, Result};

use crate::store::GROUPS;
use crate::{Logs, groups, jobs};

impl Handle<DeleteLogGroup> for Logs {
    async fn handle(&self, ctx: &Ctx, input: DeleteLogGroupInput) -> Result<DeleteLogGroupOutput> {
        let (name, now) = (input.log_group_name, ctx.now());
        ctx.write(|tx| {
            let group = groups::get(tx, &name)?;
            GROUPS.delete(tx, &name)?;
            jobs::sweep_later(tx, group.id, now)
        })
        .await?;
        Ok(DeleteLogGroupOutput {})
    }
}
