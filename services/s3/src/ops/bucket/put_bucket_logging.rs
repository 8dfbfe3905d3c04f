//! `PutBucketLogging`: begins or ends to log the requests for a bucket.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLogging.html>

use platform::{Ctx, Fail, Handle, ReadTx, Result};
use s3_api::{LoggingEnabled, PutBucketLogging, PutBucketLoggingInput, PutBucketLoggingOutput};

use crate::logging::Log;
use crate::model::Bucket;
use crate::settings::{self, Setting};
use crate::store::{self, BUCKETS};
use crate::{S3, error, names};

impl Handle<PutBucketLogging> for S3 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: PutBucketLoggingInput,
    ) -> Result<PutBucketLoggingOutput> {
        let name = input.bucket.as_str();
        let wanted = input.bucket_logging_status.logging_enabled;
        if let Some(wanted) = &wanted {
            check(wanted)?;
        }
        let owner = ctx
            .write(|tx| {
                let mut bucket =
                    store::bucket(ctx, tx, name, input.expected_bucket_owner.as_ref())?;
                let owner = bucket.owner.account;
                match wanted {
                    Some(wanted) => {
                        check_target(tx, &bucket, &wanted)?;
                        Log::keep(tx, name, true)?;
                        settings::put(tx, (name, &mut bucket), Setting::Logging, wanted)?;
                        Ok::<_, Fail>(Some(owner))
                    }
                    None => {
                        Log::keep(tx, name, false)?;
                        settings::delete(tx, (name, &mut bucket), Setting::Logging)?;
                        Ok(None)
                    }
                }
            })
            .await?;
        self.log.set(name, owner);
        Ok(PutBucketLoggingOutput::default())
    }
}

fn check(wanted: &LoggingEnabled) -> Result<()> {
    if wanted.target_grants.as_ref().is_some_and(|grants| !grants.is_empty()) {
        return Err(error::not_implemented("TargetGrants"));
    }
    if let Some(format) = &wanted.target_object_key_format
        && format.partitioned_prefix.is_some() == format.simple_prefix.is_some()
    {
        return Err(error::malformed_xml());
    }
    names::check_key(&wanted.target_prefix)
}

/// Logs go to a bucket of the same owner and region.
fn check_target(tx: &ReadTx<'_>, bucket: &Bucket, wanted: &LoggingEnabled) -> Result<()> {
    let target = BUCKETS.get(tx, wanted.target_bucket.as_str())?;
    let target = target.filter(|target| target.owner.account == bucket.owner.account);
    let target = target.ok_or_else(error::invalid_log_target)?;
    if target.owner.region == bucket.owner.region { Ok(()) } else { Err(error::log_elsewhere()) }
}
