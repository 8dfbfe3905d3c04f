//! What happens when nobody calls, but for maintenance: buckets of files whose table is gone, or never came to be, are
//! emptied and removed.

use std::time::Duration;

use platform::jobs::{Job, JobKey};
use platform::{Ctx, House, Result, Timestamp, WriteTx};

use crate::files::Files;
use crate::names;

/// Takes a bucket of files away; its key is the bucket's name.
const REMOVE: &str = "s3tables.remove";

/// How long a table may take to come to be.
pub(crate) const UNBORN: Duration = Duration::from_secs(3_600);

pub(crate) fn register(house: &House) {
    house.jobs.register_long(REMOVE, remove);
}

/// Has a bucket of files taken away.
pub(crate) fn schedule_removal(tx: &WriteTx<'_>, at: Timestamp, warehouse: &str) -> Result<()> {
    Ok(platform::jobs::schedule(tx, &JobKey::new(REMOVE, warehouse), at, Vec::new())?)
}

/// Has it stay.
pub(crate) fn keep(tx: &WriteTx<'_>, warehouse: &str) -> Result<()> {
    platform::jobs::cancel(tx, &JobKey::new(REMOVE, warehouse))?;
    Ok(())
}

async fn remove(ctx: Ctx, job: Job) -> anyhow::Result<()> {
    let arn = names::bucket_arn(ctx.scope(), "deleted");
    let ctx = ctx.with_operation(s3tables_api::SERVICE.name, "DeleteTable");
    Files::of(&ctx, &job.key, &arn).destroy().await?;
    Ok(())
}
