//! `CreateLogGroup`: a new group of streams.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html>

use logs_api::{CreateLogGroup, CreateLogGroupInput, CreateLogGroupOutput, LogGroupClass};
use platform::{Ctx, Fail, Handle, Result, Tags};

use crate::store::{GROUPS, Group};
use crate::{Logs, error, groups};

impl Handle<CreateLogGroup> for Logs {
    async fn handle(&self, ctx: &Ctx, input: CreateLogGroupInput) -> Result<CreateLogGroupOutput> {
        for (what, given) in [
            ("kmsKeyId", input.kms_key_id.is_some()),
            ("deletionProtectionEnabled", input.deletion_protection_enabled == Some(true)),
            (
                "logGroupClass",
                input.log_group_class.is_some_and(|class| class != LogGroupClass::Standard),
            ),
        ] {
            if given {
                return Err(error::absent(&format!("{what} of a log group")));
            }
        }
        let name = input.log_group_name;
        let mut tags = Tags::new();
        groups::tag(&mut tags, input.tags.unwrap_or_default())?;
        let (id, created) = (ctx.ids().number(), ctx.now());
        let group = Group { id, created, retention_days: None, tags, bytes: 0 };
        ctx.write(|tx| {
            if GROUPS.get(tx, &name)?.is_some() {
                return Err(error::group_exists());
            }
            GROUPS.put(tx, &name, &group)?;
            Ok::<_, Fail>(())
        })
        .await?;
        Ok(CreateLogGroupOutput {})
    }
}
