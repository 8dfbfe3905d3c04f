//! The host that speeds transfers up, for buckets that have it enabled.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/transfer-acceleration.html>

use platform::{Ctx, Result, Unit};
use s3_api::{AccelerateConfiguration, BucketAccelerateStatus};

use crate::error;
use crate::settings::{self, Setting};
use crate::store::BUCKETS;

/// Whether a bucket may be used by the host. A bucket that is not there says so itself.
pub(super) fn check(ctx: &Ctx, bucket: Option<&str>) -> Result<()> {
    let name = bucket.ok_or_else(|| {
        error::invalid_request(
            "S3 Transfer Acceleration endpoint only supports virtual style requests",
        )
    })?;
    let set: Option<AccelerateConfiguration> = ctx.read(|tx| {
        let Some(bucket) = BUCKETS.get(tx, name)? else {
            return Err(error::no_such_bucket(name));
        };
        settings::get(tx, (name, &bucket), Setting::Accelerate)
    })?;
    match set.and_then(|set| set.status) {
        Some(BucketAccelerateStatus::Enabled) => Ok(()),
        Some(BucketAccelerateStatus::Suspended) => {
            Err(error::invalid_request("S3 Transfer Acceleration is disabled on this bucket"))
        }
        _ => {
            Err(error::invalid_request("S3 Transfer Acceleration is not configured on this bucket"))
        }
    }
}

/// Counts what was transferred.
pub(super) fn count(ctx: &Ctx, bucket: &str, bytes: u64) {
    if bytes > 0 {
        ctx.meter(Unit::BytesAccelerated, bytes as f64, bucket);
    }
}
